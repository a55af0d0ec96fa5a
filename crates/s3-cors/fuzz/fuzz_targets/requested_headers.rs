//! Any bytes, cut into lines, as `Access-Control-Request-Headers` and as an app's `Vary`.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use s3_cors::adapter::merge_vary;
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule};
use s3_cors_fuzz::assert_decided_naively;
use s3_cors_fuzz::naive::{Bucket, Request};

/// `AllowedHeaders`: exact names, a wildcard at each place, patterns within one another.
const ALLOWED: [&[&str]; 7] = [
    &[],
    &["Content-Type", "x-amz-date", "authorization", "X-A"],
    &["x-amz-*"],
    &["*-ID"],
    &["x-*-id", "x--id"],
    &["a*", "*a", "A*A", "ab*ba", "x y"],
    &["*"],
];

/// Each list in a policy of its own, and all of them in one, where the first that fits decides.
static POLICIES: LazyLock<Vec<(CorsPolicy, Vec<CorsRule>)>> = LazyLock::new(|| {
    let rules = ALLOWED
        .map(|headers| CorsRule::new(["http*"], ["GET"]).allowed_headers(headers.iter().copied()));
    let alone = rules.iter().map(|rule| vec![rule.clone()]);
    alone
        .chain([rules.to_vec()])
        .map(|cors_rules| {
            let config = CorsConfiguration::new(cors_rules);
            let policy = CorsPolicy::new(&config).expect("a valid configuration");
            (policy, config.cors_rules)
        })
        .collect()
});

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    check_decisions(&lines);
    check_vary(&lines);
});

fn check_decisions(lines: &[&[u8]]) {
    let asking = |method: &str| {
        let fixed = [
            ("origin", &b"https://a.example"[..]),
            ("access-control-request-method", b"GET"),
        ];
        let names = lines
            .iter()
            .map(|&line| ("access-control-request-headers", line));
        Request {
            method: method.into(),
            is_bucket: false,
            headers: fixed
                .into_iter()
                .chain(names)
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    };
    for request in [asking("OPTIONS"), asking("GET")] {
        for (policy, rules) in POLICIES.iter() {
            assert_decided_naively(policy, Bucket::WithRules(rules), &request);
        }
    }
}

/// All of the app's names and all of S3's, none of them twice; or a `*` for all names there are.
fn check_vary(lines: &[&[u8]]) {
    let merged = merge_vary(lines.iter().copied());
    let again = merge_vary([&merged[..]]);
    assert_eq!(again, merged, "merging once more changes it");

    let s3: &[u8] = b"origin,access-control-request-headers,access-control-request-method";
    let wanted: BTreeSet<Vec<u8>> = lines.iter().copied().chain([s3]).flat_map(names).collect();
    if wanted.contains(&b"*"[..]) {
        assert_eq!(merged, b"*");
        return;
    }
    let found: Vec<Vec<u8>> = names(&merged).collect();
    let distinct: BTreeSet<Vec<u8>> = found.iter().cloned().collect();
    assert_eq!(found.len(), distinct.len(), "a name stands there twice");
    assert_eq!(distinct, wanted);
}

/// The elements of a list, in lower case.
fn names(list: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    list.split(|&byte| byte == b',')
        .map(|name| {
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
            let start = name.iter().take_while(|byte| blank(byte)).count();
            let end = name.iter().rev().take_while(|byte| blank(byte)).count();
            name.get(start..name.len() - end).unwrap_or_default()
        })
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_ascii_lowercase)
}
