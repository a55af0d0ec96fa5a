//! What is said about configurations and requests: explanations, lints, differences, and the
//! browser's side, in tables named after what people ask, and with generated cases.

mod explain;
mod lint;

use s3_cors::{CorsConfiguration, PlainRequest, ResourceType};

#[track_caller]
fn configuration(text: &str) -> CorsConfiguration {
    CorsConfiguration::from_text(text).expect("a valid configuration")
}

/// A rule for these origins and methods.
fn rule(origins: &str, methods: &str, more: &str) -> String {
    let list = |entries: &str| {
        let quoted: Vec<String> = entries
            .split(' ')
            .map(|entry| format!("{entry:?}"))
            .collect();
        quoted.join(", ")
    };
    format!(
        "{{\"AllowedOrigins\": [{}], \"AllowedMethods\": [{}]{}{more}}}",
        list(origins),
        list(methods),
        if more.is_empty() { "" } else { ", " },
    )
}

fn of_object<'a>(method: &'a str, headers: &'a [(&'a str, &'a [u8])]) -> PlainRequest<'a> {
    PlainRequest {
        method,
        resource_type: ResourceType::Object,
        headers,
    }
}
