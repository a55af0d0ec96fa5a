//! Services that send fixed headers: REST APIs and load balancers.

use serde_json::Value;

use super::single::{Origin, Policy, ToActual};

/// The mock integration of a REST API. Its values stand between single quotes.
pub(super) fn of_rest_api(value: &Value) -> Option<Policy> {
    let paths = value.get("paths")?.as_object()?;
    let options = paths.values().find_map(|path| path.get("options"))?;
    let response = options.pointer("/x-amazon-apigateway-integration/responses/default")?;
    let parameter = |name: &str| {
        let key = format!("method.response.header.{name}");
        let value = response.get("responseParameters")?.get(key)?.as_str()?;
        Some(value.trim_matches('\'').to_owned())
    };
    let header = |name: &str| parameter(name).unwrap_or_default();
    let template = response
        .pointer("/responseTemplates/application~1json")
        .and_then(Value::as_str);
    let origins = match template {
        // Listed ones are echoed.
        Some(template) => {
            let listed = template.split("$origin == \"").skip(1);
            let listed = listed.filter_map(|rest| rest.split('"').next());
            listed
                .map(|origin| Origin::Exactly(origin.to_owned()))
                .collect()
        }
        None => vec![Origin::Always(parameter("Access-Control-Allow-Origin")?)],
    };
    Some(Policy {
        origins,
        methods: header("Access-Control-Allow-Methods"),
        headers: header("Access-Control-Allow-Headers"),
        max_age: header("Access-Control-Max-Age"),
        credentials: header("Access-Control-Allow-Credentials") == "true",
        vary: header("Vary").eq_ignore_ascii_case("origin"),
        preflight_status: response.get("statusCode")?.as_str()?.parse().ok(),
        to_actual: ToActual::Nothing,
        ..Policy::default()
    })
}

/// The attributes of a listener, on every response.
pub(super) fn of_alb(value: &Value) -> Option<Policy> {
    let attributes = value.get("Attributes")?.as_array()?;
    let attribute = |name: &str| {
        let key = format!("routing.http.response.access_control_{name}.header_value");
        let named = |one: &&Value| one.get("Key").and_then(Value::as_str) == Some(&key);
        let found = attributes.iter().find(named)?.get("Value")?.as_str()?;
        Some(found.to_owned())
    };
    let header = |name: &str| attribute(name).unwrap_or_default();
    let action = value.pointer("/RuleForPreflights/Actions/0/FixedResponseConfig/StatusCode");
    Some(Policy {
        origins: vec![Origin::Always(attribute("allow_origin")?)],
        methods: header("allow_methods"),
        headers: header("allow_headers"),
        expose: header("expose_headers"),
        max_age: header("max_age"),
        credentials: header("allow_credentials") == "true",
        preflight_status: action
            .and_then(Value::as_str)
            .and_then(|status| status.parse().ok()),
        to_actual: ToActual::AllHeaders,
        ..Policy::default()
    })
}
