//! A REST API of API Gateway: `OPTIONS` with a mock integration, as `OpenAPI`.

use super::Refusal;
use super::json::{Json, object};
use super::single::Single;
use crate::engine::RuleParts;

pub(super) fn text(rules: &[RuleParts]) -> Result<String, Refusal> {
    let single = Single::of(rules, takes_origin)?;
    // What stands in a parameter stands between single quotes.
    let quoted = |list: &[String]| -> Result<Option<Json>, Refusal> {
        let text = list.join(",");
        if text.contains('\'') {
            let message = "API Gateway takes no apostrophe in the value of a header".to_owned();
            return Err(Refusal::Limit(message));
        }
        Ok((!text.is_empty()).then(|| Json::Text(format!("'{text}'"))))
    };
    let several = single.origins.len() > 1;
    let origin = match several {
        // The template sets it.
        true => Some(Json::text("''")),
        false => quoted(&single.origins)?,
    };
    let credentials = single.credentials.then(|| Json::text("'true'"));
    let parameters = object([
        ("method.response.header.Access-Control-Allow-Origin", origin),
        (
            "method.response.header.Access-Control-Allow-Methods",
            quoted(&single.methods)?,
        ),
        (
            "method.response.header.Access-Control-Allow-Headers",
            quoted(&single.headers)?,
        ),
        (
            "method.response.header.Access-Control-Max-Age",
            Some(Json::Text(format!("'{}'", single.max_age))),
        ),
        (
            "method.response.header.Access-Control-Allow-Credentials",
            credentials,
        ),
        ("method.response.header.Vary", Some(Json::text("'Origin'"))),
    ]);
    let template = several.then(|| {
        object([(
            "application/json",
            Some(Json::Text(template(&single.origins))),
        )])
    });
    let response = object([
        ("statusCode", Some(Json::text("204"))),
        ("responseParameters", Some(parameters)),
        ("responseTemplates", template),
    ]);
    let integration = object([
        ("type", Some(Json::text("mock"))),
        (
            "requestTemplates",
            Some(object([(
                "application/json",
                Some(Json::text("{\"statusCode\": 204}")),
            )])),
        ),
        ("responses", Some(object([("default", Some(response))]))),
    ]);
    let header = || {
        Some(object([(
            "schema",
            Some(object([("type", Some(Json::text("string")))])),
        )]))
    };
    let headers = object([
        ("Access-Control-Allow-Origin", header()),
        ("Access-Control-Allow-Methods", header()),
        ("Access-Control-Allow-Headers", header()),
        ("Access-Control-Max-Age", header()),
        ("Access-Control-Allow-Credentials", header()),
        ("Vary", header()),
    ]);
    let options = object([
        (
            "responses",
            Some(object([(
                "204",
                Some(object([
                    (
                        "description",
                        Some(Json::text("The response to a preflight")),
                    ),
                    ("headers", Some(headers)),
                ])),
            )])),
        ),
        ("x-amazon-apigateway-integration", Some(integration)),
    ]);
    let path = object([("options", Some(options))]);
    Ok(object([
        ("paths", Some(object([("/{proxy+}", Some(path))]))),
        (
            "x-amazon-apigateway-gateway-responses",
            gateway_responses(&single),
        ),
    ])
    .pretty())
}

/// Errors of the gateway itself, for which no integration runs. They can have one origin only.
fn gateway_responses(single: &Single) -> Option<Json> {
    let [origin] = single.origins.as_slice() else {
        return None;
    };
    let response = || {
        let name = "gatewayresponse.header.Access-Control-Allow-Origin";
        let credentials = "gatewayresponse.header.Access-Control-Allow-Credentials";
        let parameters = object([
            (name, Some(Json::Text(format!("'{origin}'")))),
            (
                credentials,
                single.credentials.then(|| Json::text("'true'")),
            ),
        ]);
        Some(object([("responseParameters", Some(parameters))]))
    };
    Some(object([
        ("DEFAULT_4XX", response()),
        ("DEFAULT_5XX", response()),
    ]))
}

/// Velocity that echoes an origin that is listed.
fn template(origins: &[String]) -> String {
    let listed: Vec<String> = origins
        .iter()
        .map(|origin| format!("$origin == \"{origin}\""))
        .collect();
    format!(
        "#set($origin = $input.params(\"Origin\"))\n#if({})\n\
         #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end\n",
        listed.join(" || ")
    )
}

/// A whole origin without anything that means something in Velocity or between quotes.
fn takes_origin(origin: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '_' | '[' | ']');
    origin.chars().all(plain)
}
