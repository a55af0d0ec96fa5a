//! The health endpoint: the state of the rules in force.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use s3_cors_sources::FollowHandle;
use serde_json::{Value, json};

/// The status is always 200: an app that still has rules is healthy, even if they may be outdated.
/// Alert on `failing` and `followed` instead of restarting every instance.
pub(crate) async fn show(State(handle): State<Arc<FollowHandle>>) -> Json<Value> {
    let status = handle.policy().status();
    let last_failure = status.last_failure().map(|failure| {
        json!({
            "error": failure.error().to_string(),
            "source": failure.source(),
            "age_seconds": age(Some(failure.at())),
            "consecutive": failure.consecutive(),
        })
    });
    Json(json!({
        "version": status.version(),
        "content_hash": format!("{:016x}", status.content_hash()),
        "rules": status.policy().rule_count(),
        "source": status.source(),
        "age_seconds": age(status.loaded_at()),
        "checked_seconds_ago": age(status.checked_at()),
        "failing": status.is_failing(),
        "last_failure": last_failure,
        "followed": handle.is_running(),
    }))
}

fn age(since: Option<SystemTime>) -> Option<u64> {
    Some(since?.elapsed().ok()?.as_secs())
}
