//! The listener attributes of an Application Load Balancer, and a rule that responds to `OPTIONS`.

use super::Refusal;
use super::json::{Json, object};
use super::single::Single;
use crate::engine::RuleParts;

const MOST_BYTES: usize = 1024;

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let mut single = Single::of(rules, |origin| !origin.contains('*'))?;
    // It does not look at the origin, so there can be one.
    single.origins.truncate(1);
    let values = [
        ("access_control_allow_origin", single.origins.join(",")),
        ("access_control_allow_methods", single.methods.join(",")),
        ("access_control_allow_headers", single.headers.join(",")),
        (
            "access_control_allow_credentials",
            if single.credentials { "true" } else { "" }.to_owned(),
        ),
        ("access_control_expose_headers", single.expose.join(",")),
        ("access_control_max_age", single.max_age.to_string()),
    ];
    let mut attributes = Vec::new();
    for (name, value) in values {
        if value.len() > MOST_BYTES {
            let length = value.len();
            return Err(Refusal::Limit(format!(
                "a load balancer takes {MOST_BYTES} bytes of `{name}`, and there are {length}"
            )));
        }
        if let Some(character) = value.chars().find(|c| !is_allowed(*c)) {
            return Err(Refusal::Limit(format!(
                "a load balancer does not take {} in `{name}`",
                character.escape_unicode()
            )));
        }
        if !value.is_empty() {
            let key = format!("routing.http.response.{name}.header_value");
            attributes.push(object([
                ("Key", Some(Json::Text(key))),
                ("Value", Some(Json::Text(value))),
            ]));
        }
    }
    let condition = object([
        ("Field", Some(Json::text("http-request-method"))),
        (
            "HttpRequestMethodConfig",
            Some(object([(
                "Values",
                Some(Json::List(vec![Json::text("OPTIONS")])),
            )])),
        ),
    ]);
    let action = object([
        ("Type", Some(Json::text("fixed-response"))),
        (
            "FixedResponseConfig",
            Some(object([("StatusCode", Some(Json::text("204")))])),
        ),
    ]);
    let rule = object([
        ("Priority", Some(Json::Number(1))),
        ("Conditions", Some(Json::List(vec![condition]))),
        ("Actions", Some(Json::List(vec![action]))),
    ]);
    Ok(object([
        ("Attributes", Some(Json::List(attributes))),
        ("RuleForPreflights", Some(rule)),
    ])
    .pretty())
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_ :;.,\\/'?!(){}[]@<>=-+*#&`|~^%".contains(character)
}
