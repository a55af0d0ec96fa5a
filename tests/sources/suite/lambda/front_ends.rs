//! The events that front ends make of requests, and what they make of a function's responses.
//!
//! Sources: the payload formats in the developer guides of API Gateway, of Lambda (function URLs)
//! and of Elastic Load Balancing (Lambda functions as targets).

use conformance::answer::Answer;
use serde_json::{Map, Value, json};

/// What calls the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrontEnd {
    RestApi,
    HttpApi,
    HttpApiWithStage,
    FunctionUrl,
    LoadBalancer,
    /// With `lambda.multi_value_headers.enabled`.
    LoadBalancerMultiValue,
}

impl FrontEnd {
    pub(crate) const ALL: [Self; 6] = [
        Self::RestApi,
        Self::HttpApi,
        Self::HttpApiWithStage,
        Self::FunctionUrl,
        Self::LoadBalancer,
        Self::LoadBalancerMultiValue,
    ];

    pub(crate) fn event(self, method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
        let host = [("Host", "app.example.net"), ("X-Forwarded-Proto", "https")];
        let headers = host.iter().chain(headers);
        let lower = |name: &str| name.to_ascii_lowercase();
        let single: Map<String, Value> = headers
            .clone()
            .map(|(name, value)| match self {
                Self::RestApi => ((*name).to_owned(), json!(value)),
                _ => (lower(name), json!(value)),
            })
            .collect();
        let multi: Map<String, Value> = single
            .iter()
            .map(|(name, value)| (name.clone(), json!([value])))
            .collect();
        match self {
            // The path of the event is without the stage, that of the context with it.
            Self::RestApi => json!({
                "resource": "/{proxy+}",
                "path": path,
                "httpMethod": method,
                "headers": single,
                "multiValueHeaders": multi,
                "queryStringParameters": null,
                "multiValueQueryStringParameters": null,
                "pathParameters": { "proxy": path.trim_start_matches('/') },
                "stageVariables": null,
                "requestContext": {
                    "accountId": "123456789012",
                    "apiId": "abcdef1234",
                    "domainName": "app.example.net",
                    "httpMethod": method,
                    "identity": { "sourceIp": "192.0.2.1" },
                    "path": format!("/prod{path}"),
                    "protocol": "HTTP/1.1",
                    "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                    "resourcePath": "/{proxy+}",
                    "stage": "prod",
                },
                "body": null,
                "isBase64Encoded": false,
            }),
            Self::HttpApi | Self::FunctionUrl => version_2(method, path, "$default", &single),
            Self::HttpApiWithStage => version_2(method, &format!("/prod{path}"), "prod", &single),
            Self::LoadBalancer => load_balancer(method, path, "headers", single),
            Self::LoadBalancerMultiValue => load_balancer(method, path, "multiValueHeaders", multi),
        }
    }

    /// What the client gets.
    pub(crate) fn received(self, response: &Value) -> Answer {
        let mut headers = Vec::new();
        let member = |name| response[name].as_object().into_iter().flatten();
        if !matches!(self, Self::RestApi | Self::LoadBalancerMultiValue) {
            for (name, value) in member("headers") {
                headers.push((name.to_ascii_lowercase(), text(value).into_bytes()));
            }
        }
        if matches!(self, Self::RestApi | Self::LoadBalancerMultiValue) {
            for (name, lines) in member("multiValueHeaders") {
                for line in lines.as_array().expect("a list of lines") {
                    headers.push((name.to_ascii_lowercase(), text(line).into_bytes()));
                }
            }
        }
        // API Gateway merges both.
        if self == Self::RestApi {
            for (name, value) in member("headers") {
                headers.push((name.to_ascii_lowercase(), text(value).into_bytes()));
            }
        }
        assert_ne!(response["isBase64Encoded"], true, "all bodies are text");
        let status = response["statusCode"].as_u64().expect("a status");
        Answer {
            status: status.try_into().expect("a status"),
            headers,
            body: response["body"].as_str().unwrap_or_default().into(),
        }
    }
}

/// Format 2.0, which function URLs use as well.
fn version_2(method: &str, path: &str, stage: &str, headers: &Map<String, Value>) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": "app.example.net",
            "domainPrefix": "app",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "24/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_521_600_000_u64,
        },
        "isBase64Encoded": false,
    })
}

fn load_balancer(method: &str, path: &str, member: &str, headers: Map<String, Value>) -> Value {
    let mut event = json!({
        "requestContext": { "elb": {
            "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/app/0123456789abcdef",
        } },
        "httpMethod": method,
        "path": path,
        "body": "",
        "isBase64Encoded": false,
    });
    event[member] = Value::Object(headers);
    let query = match member {
        "headers" => "queryStringParameters",
        _ => "multiValueQueryStringParameters",
    };
    event[query] = json!({});
    event
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
