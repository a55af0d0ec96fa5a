//! The form of a text, to write a changed configuration in the same form.

use s3_cors::Dialect;
use serde_json::Value;

use crate::input::Input;

/// The form of S3's in which a valid configuration is written. In any other format there is more
/// around the rules than could be written.
pub(super) fn of(input: &Input) -> Result<Dialect, String> {
    if !input.is_s3s_own() {
        let format = input
            .document()
            .map_or("", |document| document.format().name());
        return Err(format!(
            "{} is {format}, which cannot be changed here: make the change in the text, at the line \
             that is named",
            input.name
        ));
    }
    let text = input.text();
    let text = text.trim_start();
    if text.starts_with('<') {
        return Ok(Dialect::Xml);
    }
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Ok(Dialect::Console);
    };
    let has = |name: &str| members.contains_key(name);
    Ok(if has("CORSConfiguration") {
        Dialect::CliInput
    } else if has("CorsConfiguration") || has("CorsRules") {
        Dialect::CloudFormation
    } else {
        Dialect::Cli
    })
}

#[cfg(test)]
mod tests {
    use s3_cors::{CorsConfiguration, CorsRule, Dialect};

    use crate::args::Pick;
    use crate::input::Input;

    #[test]
    fn each_form_is_recognised() {
        let config = CorsConfiguration::new([CorsRule::new(["*"], ["GET"])]);
        for dialect in Dialect::ALL {
            let text = config.to_text(dialect);
            let input = Input::from_text("cors.json", &text, &Pick::default());
            assert_eq!(super::of(&input), Ok(dialect));
        }
    }

    #[test]
    fn a_template_is_not_written_over() {
        let text = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: \
                    {CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET]}]}}}}";
        let input = Input::from_text("template.yaml", text, &Pick::default());
        let refused = super::of(&input).expect_err("it is a template");
        assert!(refused.contains("a CloudFormation template"), "{refused}");
    }
}
