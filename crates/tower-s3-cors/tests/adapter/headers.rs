//! What becomes of the headers that the app set itself.

use crate::{
    ALLOWED, FOREIGN, Headers, NO_ORIGIN, VARY, app, call, has_cors, layer, lines, request,
};

#[test]
fn vary_is_merged_into_one_line_of_the_apps_own() {
    let rows: [(Headers<'static>, &str); 5] = [
        (&[], VARY),
        (
            &[("vary", "Accept-Encoding")],
            "Accept-Encoding, Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        ),
        (
            &[("vary", "Cookie"), ("vary", "origin")],
            "Cookie, origin, Access-Control-Request-Headers, Access-Control-Request-Method",
        ),
        (&[("vary", VARY)], VARY),
        (&[("vary", "*")], "*"),
    ];
    for (own, merged) in rows {
        let response = call(layer().wrap(app(200, own)), request("GET", "/key", ALLOWED));
        assert_eq!(lines(response.headers(), "vary"), [merged], "{own:?}");
    }
}

#[test]
fn vary_stays_the_apps_own_where_no_cors_headers_are_sent() {
    let own: Headers<'_> = &[("vary", "Cookie"), ("vary", "origin")];
    for headers in [NO_ORIGIN, FOREIGN] {
        let response = call(layer().wrap(app(200, own)), request("GET", "/key", headers));
        assert_eq!(lines(response.headers(), "vary"), ["Cookie", "origin"]);
    }
}

#[test]
fn access_control_headers_of_the_app_are_removed_and_all_others_stay() {
    let own: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://www.example.org"),
        ("access-control-max-age", "1"),
        ("access-control-anything", "1"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("timing-allow-origin", "*"),
    ];
    for (headers, origin) in [
        (ALLOWED, &["https://www.example.com"][..]),
        (FOREIGN, &[]),
        (NO_ORIGIN, &[]),
    ] {
        let response = call(layer().wrap(app(200, own)), request("GET", "/key", headers));
        let seen = response.headers();
        assert_eq!(lines(seen, "access-control-allow-origin"), origin);
        for name in ["access-control-max-age", "access-control-anything"] {
            assert!(!seen.contains_key(name), "{name}: {headers:?}");
        }
        assert_eq!(has_cors(seen), !origin.is_empty(), "{headers:?}");
        assert_eq!(lines(seen, "set-cookie"), ["a=1", "b=2"]);
        assert_eq!(lines(seen, "timing-allow-origin"), ["*"]);
    }
}
