//! Any bytes, read as a configuration. What `serde_json` takes for JSON is taken for JSON.

#![no_main]

use s3_cors::{CorsConfiguration, ProblemKind};
use serde_json::value::RawValue;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    s3_cors_fuzz::assert_read_soundly(bytes);
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.starts_with(['[', '{'])
        && bytes.get(1) != Some(&0)
    {
        assert_json_is_that_of_serde_json(text);
    }
});

fn assert_json_is_that_of_serde_json(text: &str) {
    let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
    let problems = match CorsConfiguration::from_text(text) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    };
    let mut faults = problems.iter().filter_map(|problem| match problem.kind() {
        ProblemKind::Syntax { message, .. } => Some(message),
        _ => None,
    });
    match faults.next() {
        // It has no limit to how deep a value is that it skips.
        Some(fault) if fault.ends_with("nested too deeply") => {}
        // It takes a lone surrogate for JSON.
        Some(fault) => assert_ne!(is_json, !fault.starts_with("lone surrogate"), "{fault}"),
        None => assert!(is_json),
    }
}
