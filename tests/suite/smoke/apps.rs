//! The apps whose rules stay as they were read.

use conformance::apps::{App, HYPER_APP, NAMES, TONIC_APP};

use crate::{assert_does_not_start, configuration, send};

const ORIGIN: &str = "https://www.example.com";

/// Those that serve more than gRPC.
fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain([HYPER_APP])
}

fn start(name: &str) -> App {
    App::start(name, Some(&configuration("example.com")))
}

#[test]
fn a_preflight_is_allowed_to_an_origin_of_the_rules_and_to_no_other() {
    for name in names() {
        let app = start(name);
        let preflight = |origin| {
            let headers = [("Origin", origin), ("Access-Control-Request-Method", "PUT")];
            send(&app, "OPTIONS", "/key", &headers)
        };

        let allowed = preflight(ORIGIN);
        assert_eq!(allowed.status, 200, "{name}");
        let origin = allowed.header("access-control-allow-origin");
        assert_eq!(origin, Some(ORIGIN), "{name}");

        let refused = preflight("https://www.example.org");
        assert_eq!(refused.status, 403, "{name}");
        let error = refused.error().expect("S3's XML");
        assert_eq!(error["Code"], "AccessForbidden", "{name}");
    }
}

#[test]
fn a_404_has_cors_headers() {
    for name in names() {
        let missing = send(&start(name), "GET", "/missing", &[("Origin", ORIGIN)]);
        assert_eq!(missing.status, 404, "{name}");
        for (header, value) in [
            ("access-control-allow-origin", ORIGIN),
            ("access-control-allow-credentials", "true"),
        ] {
            assert_eq!(missing.header(header), Some(value), "{name}: {header}");
        }
    }
}

#[test]
fn an_app_does_not_start_with_errors_in_its_configuration_and_prints_them_all() {
    for name in names().chain([TONIC_APP]) {
        assert_does_not_start(name);
    }
}
