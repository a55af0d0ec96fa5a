//! The form of a text, to write a changed configuration in the same form.

use s3_cors::Dialect;
use serde_json::Value;

/// The form in which a valid configuration is written.
pub(super) fn of(text: &str) -> Dialect {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return Dialect::Xml;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => {
            let has = |name: &str| members.contains_key(name);
            if has("CORSConfiguration") {
                Dialect::CliInput
            } else if has("CorsConfiguration") || has("CorsRules") {
                Dialect::CloudFormation
            } else {
                Dialect::Cli
            }
        }
        _ => Dialect::Console,
    }
}

#[cfg(test)]
mod tests {
    use s3_cors::{CorsConfiguration, CorsRule, Dialect};

    #[test]
    fn each_form_is_recognised() {
        let config = CorsConfiguration::new([CorsRule::new(["*"], ["GET"])]);
        for dialect in Dialect::ALL {
            assert_eq!(super::of(&config.to_text(dialect)), dialect);
        }
    }
}
