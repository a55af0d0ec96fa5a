//! What `s3-cors-formats` writes, for the SDKs that are to take it.

use std::collections::BTreeSet;
use std::path::Path;

use s3_cors::{CorsConfiguration, CorsPolicy};
use s3_cors_formats::{Conversion, Target, convert};
use serde_json::Value;

/// The configurations of the workspace's corpus that S3 accepts.
#[must_use]
pub fn configurations() -> Vec<CorsConfiguration> {
    let mut texts = BTreeSet::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/cases");
    for entry in std::fs::read_dir(directory).expect("the corpus") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(path).expect("a file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        for vector in file["vectors"].as_array().expect("a list") {
            for member in ["cors", "config"] {
                texts.insert(vector[member].to_string());
            }
        }
    }
    let read = texts.iter().map(|text| CorsConfiguration::from_text(text));
    let read = read.filter_map(Result::ok);
    read.filter(|rules| CorsPolicy::new(rules).is_ok())
        .collect()
}

/// What is written for a target, as far as it takes the rules.
#[must_use]
pub fn written(target: Target) -> Vec<Conversion> {
    let configurations = configurations();
    let converted = configurations.iter().map(|rules| convert(rules, target));
    converted.filter_map(Result::ok).collect()
}
