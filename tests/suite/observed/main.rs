//! What operators see of decisions, which changes nothing for clients.

#[allow(dead_code)]
#[path = "../selection/apps.rs"]
mod apps;
mod events;
mod shadow;
