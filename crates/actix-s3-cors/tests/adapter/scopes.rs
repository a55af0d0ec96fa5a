//! Middleware around parts of an app.

use actix_s3_cors::S3Cors;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::{ALLOWED, FOREIGN, FOREIGN_PREFLIGHT, Headers, PREFLIGHT, call, call_bare, cors};

/// Two scopes and a resource, each with rules of its own or none. The second scope's are for the
/// origin that is foreign elsewhere.
fn scopes(config: &mut ServiceConfig) {
    let other = crate::CORS.replace("example.com", "example.org");
    let other = S3Cors::from_text(&other).expect("a configuration");
    let scope = |path| web::scope(path).route("/key", web::get().to(HttpResponse::Ok));
    config
        .service(scope("/one").wrap(cors()))
        .service(scope("/two").wrap(other))
        .service(web::resource("/three").wrap(cors()).get(HttpResponse::Ok))
        .service(scope("/without"));
}

#[test]
fn scopes_and_resources_have_rules_of_their_own() {
    let rows: [(&str, Headers<'_>, &[&str]); 8] = [
        ("/one/key", ALLOWED, &["https://www.example.com"]),
        ("/one/key", FOREIGN, &[]),
        ("/two/key", ALLOWED, &[]),
        ("/two/key", FOREIGN, &["https://www.example.org"]),
        ("/three", ALLOWED, &["https://www.example.com"]),
        ("/three", FOREIGN, &[]),
        ("/without/key", ALLOWED, &[]),
        ("/without/key", FOREIGN, &[]),
    ];
    for (path, headers, origin) in rows {
        let response = call_bare(scopes, "GET", path, headers);
        assert_eq!(response.status, 200, "{path}");
        let allowed = response.lines("access-control-allow-origin");
        assert_eq!(allowed, origin, "{path} {headers:?}");
    }
}

#[test]
fn a_scope_responds_to_preflights_of_paths_it_does_not_have() {
    for (path, headers, status) in [
        ("/one/key", PREFLIGHT, 200),
        ("/one/nowhere", PREFLIGHT, 200),
        ("/one/key", FOREIGN_PREFLIGHT, 403),
        ("/two/key", PREFLIGHT, 403),
        ("/two/key", FOREIGN_PREFLIGHT, 200),
        ("/three", PREFLIGHT, 200),
        ("/without/key", PREFLIGHT, 404),
    ] {
        let response = call_bare(scopes, "OPTIONS", path, headers);
        assert_eq!(response.status, status, "{path} {headers:?}");
    }
}

#[test]
fn a_404_within_a_scope_has_cors_headers_and_one_outside_has_none() {
    for (path, expected) in [("/one/nowhere", true), ("/nowhere", false)] {
        let response = call_bare(scopes, "GET", path, ALLOWED);
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.has_cors(), expected, "{path}");
    }
}

#[test]
fn rules_around_everything_take_the_place_of_those_of_a_scope() {
    for (path, headers, origin) in [
        ("/two/key", ALLOWED, &["https://www.example.com"][..]),
        ("/two/key", FOREIGN, &[]),
    ] {
        let response = call(cors(), scopes, "GET", path, headers);
        let allowed = response.lines("access-control-allow-origin");
        assert_eq!(allowed, origin, "{headers:?}");
    }
}
