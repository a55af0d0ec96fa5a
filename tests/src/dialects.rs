//! What a dialect makes of a configuration.

use s3_cors::{CorsConfiguration, Dialect};

/// A configuration after it was written in a dialect and read back: `CloudFormation` makes a
/// `MaxAgeSeconds` that is left out 0 (F190).
#[must_use]
pub fn read_back(config: &CorsConfiguration, dialect: Dialect) -> CorsConfiguration {
    let mut config = config.clone();
    if dialect == Dialect::CloudFormation {
        for rule in &mut config.cors_rules {
            rule.max_age_seconds.get_or_insert(0);
        }
    }
    config
}
