//! What there is to know about the rules in force.

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use s3_cors_sources::FollowHandle;
use serde_json::{Value, json};

/// Always 200: an app that answers by the rules it has is well, though they may be outdated.
/// Let `failing` and `followed` call somebody, rather than have every instance restarted.
pub(crate) async fn show(State(following): State<Arc<FollowHandle>>) -> Json<Value> {
    let status = following.policy().status();
    let last_failure = status.last_failure().map(|failure| {
        json!({
            "error": failure.error().to_string(),
            "source": failure.source(),
            "age_seconds": age(Some(failure.at())),
            "in_a_row": failure.consecutive(),
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
        "followed": following.is_running(),
    }))
}

fn age(since: Option<SystemTime>) -> Option<u64> {
    Some(since?.elapsed().ok()?.as_secs())
}
