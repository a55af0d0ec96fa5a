//! What must hold of every conversion.

use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule};
use s3_cors_formats::{
    ConvertError, Deployment, DifferenceKind, Request, Target, convert, differences_in,
    response_of_s3,
};

const ORIGINS: [&str; 12] = [
    "*",
    "https://*",
    "https://*.example.com",
    "https://app-*.example.com",
    "http://localhost:*",
    "null",
    "https://example.com",
    "https://a.example.com",
    "http://*.example.com",
    "*.example.com",
    "https://example.*",
    "https://[::1]:*",
];

const HEADERS: [&str; 7] = [
    "*",
    "x-amz-*",
    "*-token",
    "Content-Type",
    "authorization",
    "x-a",
    "x-b",
];

const EXPOSED: [&str; 3] = ["ETag", "x-a", "x-amz-id-2"];

const METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"];

const AGES: [i64; 4] = [0, 5, 600, 100_000];

/// The target that a byte stands for.
#[must_use]
pub fn target(byte: u8) -> Target {
    chosen(&Target::ALL, byte)
}

fn chosen<T: Copy>(all: &[T], byte: u8) -> T {
    all[usize::from(byte) % all.len()]
}

/// An entry for each byte.
fn several(all: &[&'static str], bytes: &[u8]) -> Vec<&'static str> {
    let mut several: Vec<_> = bytes.iter().map(|&byte| chosen(all, byte)).collect();
    several.dedup();
    several
}

/// A rule from a line: origins, methods, headers, exposed headers and an age, with `;` between
/// them, and a byte for each entry.
#[must_use]
pub fn rule(line: &[u8]) -> CorsRule {
    let mut fields = line.split(|&byte| byte == b';');
    let mut field = || fields.next().unwrap_or_default();
    let mut origins = several(&ORIGINS, field());
    let mut methods = several(&METHODS[..5], field());
    if origins.is_empty() {
        origins.push("*");
    }
    if methods.is_empty() {
        methods.push("GET");
    }
    let mut rule = CorsRule::new(origins, methods)
        .allowed_headers(several(&HEADERS, field()))
        .expose_headers(several(&EXPOSED, field()));
    rule.max_age_seconds = field().first().map(|&byte| chosen(&AGES, byte));
    rule
}

/// A request from a line: its kind, origin and method, and a byte for each header.
#[must_use]
pub fn request(line: &[u8]) -> Request {
    const ASKING: [&str; 10] = [
        "https://example.com",
        "https://a.example.com",
        "https://app-1.example.com",
        "http://localhost:3000",
        "null",
        "http://a.example.com",
        "https://example.com.evil.test",
        "https://unlisted.test",
        "https://[::1]:8443",
        "x://.example.com",
    ];
    const ASKED: [&str; 6] = [
        "content-type",
        "authorization",
        "x-amz-date",
        "x-token",
        "x-a",
        "x-unlisted",
    ];
    let mut bytes = line.iter().copied();
    let mut next = || bytes.next().unwrap_or_default();
    let kind = next();
    let (origin, method) = (chosen(&ASKING, next()), chosen(&METHODS, next()));
    let headers = several(&ASKED, line.get(3..).unwrap_or_default());
    match kind % 3 {
        0 => Request::actual(origin, method),
        1 => Request::actual_with_error(origin, method),
        _ => Request::preflight(origin, method, &headers),
    }
}

/// Converts rules for a target, and checks what is said of it with the requests.
///
/// # Panics
///
/// If something is wrong or missing.
pub fn assert_converted_soundly(target: Target, rules: Vec<CorsRule>, requests: &[Request]) {
    let configuration = CorsConfiguration::new(rules);
    let policy = match CorsPolicy::new(&configuration) {
        Ok(policy) => policy,
        Err(error) => panic!("{error}"),
    };
    let conversion = match convert(&configuration, target) {
        Ok(conversion) => conversion,
        Err(ConvertError::Configuration(error)) => panic!("{error}"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let deployment = Deployment::read(target, &conversion.output).expect("it was written");
    for difference in &conversion.differences {
        let request = &difference.request;
        assert_eq!(response_of_s3(&policy, request), difference.before);
        assert!(deployment.responses(request).contains(&difference.after));
        assert!(difference.before != difference.after);
        let found = differences_in(&policy, &deployment, request);
        assert!(found.contains(&(difference.kind, difference.code)));
    }
    for request in requests {
        for (kind, code) in differences_in(&policy, &deployment, request) {
            // What fails in the same way as what succeeds is reported for that.
            let reported = conversion.differences.iter().any(|difference| {
                (difference.kind, difference.code) == (kind, code)
                    || (code.as_str() == "error-without-headers"
                        && difference.kind == DifferenceKind::Denied)
            });
            assert!(
                reported,
                "{}: {kind:?} {code} by {request} is not reported",
                target.name()
            );
        }
    }
}
