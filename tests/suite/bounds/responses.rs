//! Responses of apps that are made to be expensive.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::header::{ORIGIN, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use s3_cors::CorsPolicy;
use s3_cors::adapter::merge_vary;
use tower::{Service, service_fn};
use tower_s3_cors::S3CorsLayer;

use crate::{MB, assert_linear, work};

/// Some names, of which none is twice there.
fn names(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|n| format!("x-name-{n}")).collect();
    names.join(", ")
}

#[test]
fn merging_vary_takes_work_in_proportion() {
    for repeated in [false, true] {
        let lines = |count: usize| {
            let line = names(count);
            if repeated {
                vec![line.clone(), line.to_uppercase()]
            } else {
                vec![line]
            }
        };
        let merge = |lines: &[String]| merge_vary(lines.iter().map(String::as_bytes));
        let (half, whole) = (lines(15_000), lines(30_000));
        let once = work("Vary", || drop(merge(&half)));
        let twice = work("Vary, twice as long", || drop(merge(&whole)));
        assert_linear("Vary", &once, &twice);
        // A set, not a list that is gone through for each name.
        assert!(twice.count_total > 15_000);
        assert!(twice.bytes_max < 16 * MB);
        let expected = format!("{}, {}", names(30_000), s3_cors::VARY);
        assert_eq!(merge(&whole), expected.as_bytes());
    }
}

#[test]
fn merging_many_names_is_merging_few() {
    // What is told from a list and what is told from a set.
    for count in [0, 1, 40, 50, 60, 70, 200] {
        let own = names(count);
        let twice = format!("{own}, Origin, ORIGIN, {}", own.to_uppercase());
        let expected = match count {
            0 => "Origin, Access-Control-Request-Headers, Access-Control-Request-Method".into(),
            _ => format!(
                "{own}, Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
            ),
        };
        let merged = merge_vary([twice.as_bytes()]);
        assert_eq!(String::from_utf8_lossy(&merged), expected, "{count}");
        assert_eq!(merge_vary([twice.as_bytes(), b"*"]), b"*", "{count}");
    }
}

/// An answer with so many headers of the app's own.
fn answered(own: usize) -> HeaderMap {
    let policy = r#"[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"],
        "ExposeHeaders": ["etag"], "MaxAgeSeconds": 5}]"#;
    let policy = CorsPolicy::from_text(policy).expect("a configuration");
    let app = service_fn(async |_: Request<()>| {
        let mut response = Response::new(String::new());
        for number in 0..own {
            let name = HeaderName::try_from(format!("x-{number}")).expect("a name");
            response
                .headers_mut()
                .append(name, HeaderValue::from_static("1"));
        }
        Ok::<_, Infallible>(response)
    });
    let request = Request::get("/key").header(ORIGIN, "https://a.example");
    let mut app = S3CorsLayer::new(policy).wrap_body().wrap(app);
    let answer = app.call(request.body(()).expect("a request"));
    let Poll::Ready(answer) = pin!(answer).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the app waits for nothing");
    };
    answer.expect("no error").into_parts().0.headers
}

#[test]
fn a_response_gets_all_cors_headers_or_none() {
    const ALL: usize = 6;

    let mut seen = [false; 2];
    for own in [
        0, 1, 24_000, 24_560, 24_565, 24_568, 24_570, 24_571, 24_572, 24_575, 24_576,
    ] {
        let headers = answered(own);
        let cors = headers
            .keys()
            .filter(|name| name.as_str().starts_with("access-control-"));
        let added = cors.count() + headers.get_all(VARY).iter().count();
        assert!([0, ALL].contains(&added), "{own}: {added}");
        assert_eq!(headers.len(), own + added);
        seen[usize::from(added > 0)] = true;
    }
    assert_eq!(seen, [true; 2]);
}
