//! Configurations that are told apart at a glance, and texts that are none.

use s3_cors::{CorsConfiguration, CorsRule};

/// A configuration with one rule, of which a word is in the origin.
#[must_use]
pub fn good(word: &str) -> CorsConfiguration {
    let rule = CorsRule::new([format!("https://{word}.example")], ["GET"]);
    CorsConfiguration::new([rule.expose_headers([format!("x-{word}")])])
}

/// The same as the text of a file.
#[must_use]
pub fn good_text(word: &str) -> String {
    good(word).to_text(s3_cors::Dialect::Console)
}

/// What is no configuration, by name, with a part of the error it must lead to.
#[must_use]
pub fn bad() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let half = good_text("half");
    let half = half.as_bytes()[..half.len() / 2].to_vec();
    let mut utf8 = good_text("latin").into_bytes();
    let last = utf8.len() - 20;
    utf8[last] = 0xe9;
    let origins = (0..2_000).map(|number| format!("https://{number}.example"));
    let mut large = good("large");
    large.cors_rules[0].allowed_origins = origins.collect();
    let large = large.to_text(s3_cors::Dialect::Console).into_bytes();
    assert!(large.len() > 65 * 1024);
    let types = br#"[{"AllowedOrigins": "*", "AllowedMethods": [1]}]"#;
    vec![
        ("empty", Vec::new(), "empty"),
        ("half", half, "ends too early"),
        ("of wrong types", types.to_vec(), "put it in a list"),
        ("65 KB long", large, "S3 allows 65536 bytes"),
        ("not UTF-8", utf8, "UTF-8"),
    ]
}
