//! The health endpoint: the state of the rules in force.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract;
use s3_cors_sources::FollowHandle;
use s3_cors_sources::s3_cors::SharedPolicy;
use serde_json::{Value, json};

/// What the status is read from.
pub(crate) struct State {
    pub(crate) policy: SharedPolicy,
    /// One for each file.
    pub(crate) handles: Vec<FollowHandle>,
}

/// The status is always 200: an app that still has rules is healthy, even if they may be outdated.
/// Alert on `failing` and `followed` instead of restarting every instance.
pub(crate) async fn show(extract::State(state): extract::State<Arc<State>>) -> Json<Value> {
    let status = state.policy.status();
    let last_failure = status.last_failure().map(|failure| {
        json!({
            "error": failure.error().to_string(),
            "source": failure.source(),
            "age_seconds": age(Some(failure.at())),
            "consecutive": failure.consecutive(),
        })
    });
    // The app's own rules, if it has any.
    let app_rules = status
        .app_source()
        .map(|source| json!({ "rules": status.app_rules().rules().len(), "source": source }));
    let of_bucket = status
        .configuration()
        .map_or(0, |config| config.cors_rules.len());
    Json(json!({
        "version": status.version(),
        "content_hash": format!("{:016x}", status.content_hash()),
        "rules": of_bucket,
        "source": status.source(),
        "app_rules": app_rules,
        "age_seconds": age(status.loaded_at()),
        "checked_seconds_ago": age(status.checked_at()),
        "failing": status.is_failing(),
        "last_failure": last_failure,
        "followed": state.handles.iter().all(FollowHandle::is_running),
    }))
}

fn age(since: Option<SystemTime>) -> Option<u64> {
    Some(since?.elapsed().ok()?.as_secs())
}
