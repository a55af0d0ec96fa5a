//! What the recipes do.

use std::collections::HashMap;

use actix_s3_cors::S3Cors;
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::Request;
use s3_cors::adapter::BucketPolicies;
use s3_cors::{CorsConfiguration, SharedPolicy};
use tower::ServiceExt;

use super::{on_actix, on_tower};
use crate::apps::{Asked, in_middleware};

#[test]
fn the_front_pages_show_what_is_tried_here() {
    for (page, recipes) in [
        (
            include_str!("../../../../crates/tower-s3-cors/README.md"),
            include_str!("tower.rs"),
        ),
        (
            include_str!("../../../../crates/actix-s3-cors/README.md"),
            include_str!("actix.rs"),
        ),
    ] {
        assert!(page.contains(recipes.trim_end()), "the recipes differ");
    }
}

fn rules(name: &str) -> CorsConfiguration {
    let text =
        format!(r#"[{{"AllowedOrigins": ["https://{name}.example"], "AllowedMethods": ["GET"]}}]"#);
    text.parse().expect("rules")
}

fn buckets() -> BucketPolicies {
    let buckets = BucketPolicies::new();
    for name in ["photos", "videos"] {
        buckets.set(name, rules(name), "the test").expect("rules");
    }
    buckets
}

fn tenants() -> HashMap<String, SharedPolicy> {
    let policy = |name: &str| SharedPolicy::new(rules(name), "the test").expect("rules");
    ["one", "two"]
        .map(|name| (name.to_owned(), policy(name)))
        .into()
}

fn router() -> Router {
    Router::new().route("/{*path}", any("from the app"))
}

/// The status of a preflight by an origin, on either framework.
struct Tried {
    router: Router,
    middleware: S3Cors,
}

impl Tried {
    #[track_caller]
    fn check(&self, rows: &[(&str, &str, &str, u16)]) {
        for &(host, path, origin, expected) in rows {
            let origin = format!("https://{origin}.example");
            let asked = ("Access-Control-Request-Method", "GET");
            let headers = [("Host", host), ("Origin", &origin), asked];
            let on_axum = preflight(&self.router, path, &headers);
            assert_eq!(on_axum, expected, "axum: {host}{path} {origin}");
            let asked = Asked::new("OPTIONS", path, &headers);
            let on_actix = in_middleware(&self.middleware, &asked).status;
            assert_eq!(on_actix, expected, "actix-web: {host}{path} {origin}");
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn preflight(router: &Router, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::options(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("a response");
    response.status().as_u16()
}

#[test]
fn two_buckets_by_path() {
    let folder = std::env::temp_dir().join(format!("s3-cors-recipe-{}", std::process::id()));
    let missing = on_tower::by_path(router(), &folder).expect_err("no file");
    assert!(
        missing.to_string().contains("photos.json: cannot be read"),
        "{missing}"
    );
    std::fs::create_dir(&folder).expect("a temporary folder");
    for name in ["photos", "videos"] {
        let text = rules(name).to_text(s3_cors::Dialect::Console);
        std::fs::write(folder.join(format!("{name}.json")), text).expect("a file");
    }
    let tried = Tried {
        router: on_tower::by_path(router(), &folder).expect("rules"),
        middleware: on_actix::by_path(&folder).expect("rules"),
    };
    tried.check(&[
        ("x", "/photos/a", "photos", 200),
        ("x", "/photos/a", "videos", 403),
        ("y:80", "/videos/a", "videos", 200),
        ("x", "/other/a", "videos", 403),
        ("x", "/", "videos", 403),
    ]);
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn two_buckets_by_host() {
    let tried = Tried {
        router: on_tower::by_host(router(), &buckets()).expect("host names"),
        middleware: on_actix::by_host(&buckets()).expect("host names"),
    };
    tried.check(&[
        ("photos.s3.example.com", "/a", "photos", 200),
        ("photos.s3.example.com", "/a", "videos", 403),
        ("videos.s3.example.com", "/a", "videos", 200),
        ("other.s3.example.com", "/a", "videos", 403),
        ("s3.example.com", "/videos/a", "videos", 200),
        ("CDN.example.com:443", "/a", "photos", 200),
        ("cdn.example.com", "/a", "videos", 403),
        // The app itself, which has a route for everything.
        ("www.example.com", "/a", "videos", 200),
    ]);
}

#[test]
fn a_policy_for_each_tenant() {
    let tried = Tried {
        router: on_tower::by_tenant(router(), tenants()),
        middleware: on_actix::by_tenant(tenants()),
    };
    tried.check(&[
        ("one.example.com", "/a", "one", 200),
        ("one.example.com", "/a", "two", 403),
        ("two.example.com:8080", "/a", "two", 200),
        ("three.example.com", "/a", "two", 403),
    ]);
}

#[test]
fn buckets_below_a_path() {
    let tried = Tried {
        router: on_tower::below_a_path(router(), &buckets()).expect("a prefix"),
        middleware: on_actix::below_a_path(&buckets()).expect("a prefix"),
    };
    tried.check(&[
        ("x", "/s3/photos/a", "photos", 200),
        ("x", "/s3/photos/a", "videos", 403),
        ("x", "/s3/", "photos", 403),
        ("x", "/photos/a", "videos", 200),
    ]);
}

#[test]
fn a_layer_on_a_nested_router_sees_paths_without_the_prefix_and_nothing_else() {
    use tower_s3_cors::{Addressing, S3CorsLayer};
    let layer = |addressing| S3CorsLayer::new(buckets().addressed(addressing));
    let photos = [
        ("Origin", "https://photos.example"),
        ("Access-Control-Request-Method", "GET"),
    ];
    let nested = |layer: S3CorsLayer| Router::new().nest("/s3", router().layer(layer));
    let inside = nested(layer(Addressing::path_style()));
    assert_eq!(preflight(&inside, "/s3/photos/a", &photos), 200);
    assert_eq!(preflight(&inside, "/s3/videos/a", &photos), 403);
    // Routed elsewhere, and so to nobody.
    assert_eq!(preflight(&inside, "/photos/a", &photos), 404);
    // With a prefix that it never sees, nothing is its business.
    let wrong = nested(layer(
        Addressing::path_style().prefix("/s3").expect("a prefix"),
    ));
    assert_eq!(
        preflight(&wrong, "/s3/videos/a", &photos),
        200,
        "the app's own"
    );
}
