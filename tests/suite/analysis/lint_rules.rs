//! What is said of whole rules: once, however many rules it is true of, and not of the
//! documentation's own example.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use s3_cors::{CorsConfiguration, CorsRule, Pattern};
use s3_cors_analysis::lint::{LintCode, Severity, lint};

use conformance::generate::runner;

use crate::configuration;

/// The configuration of AWS's page
/// [Elements of a CORS configuration](https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html).
const FROM_THE_DOCUMENTATION: &str = r#"[
    {
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedOrigins": ["http://www.example1.com"],
        "ExposeHeaders": []
    },
    {
        "AllowedHeaders": ["*"],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedOrigins": ["http://www.example2.com"],
        "ExposeHeaders": []
    },
    {
        "AllowedHeaders": [],
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposeHeaders": []
    }
]"#;

#[test]
fn the_example_of_the_documentation_has_no_warning() {
    let found = lint(&configuration(FROM_THE_DOCUMENTATION));
    for finding in &found {
        assert_eq!(finding.severity, Severity::Info, "{finding}");
    }
    let mut codes: Vec<LintCode> = found.iter().map(|finding| finding.code).collect();
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all, "each is said once: {found:#?}");
}

#[test]
fn what_several_rules_lack_is_said_once_with_the_places_of_the_others() {
    let found = lint(&configuration(FROM_THE_DOCUMENTATION));
    let of = |code| {
        let mut found = found.iter().filter(|finding| finding.code == code);
        let finding = found.next().unwrap_or_else(|| panic!("{code}"));
        let related: Vec<String> = finding.related.iter().map(ToString::to_string).collect();
        (finding.place.to_string(), finding.text.clone(), related)
    };
    let (place, text, related) = of(LintCode::MaxAgeMissing);
    assert_eq!(place, "CORSRules[0].MaxAgeSeconds");
    assert!(
        text.ends_with("; the same goes for 2 other rules"),
        "{text}"
    );
    assert_eq!(
        related,
        ["CORSRules[1].MaxAgeSeconds", "CORSRules[2].MaxAgeSeconds"]
    );
    let (place, text, related) = of(LintCode::UploadWithoutEtag);
    assert_eq!(place, "CORSRules[0].AllowedMethods[0]");
    assert!(text.ends_with("; the same goes for CORSRules[1]"), "{text}");
    assert_eq!(related, ["CORSRules[1].AllowedMethods[0]"]);
}

#[test]
fn mistakes_in_entries_are_marked_wherever_they_are() {
    let rule = CorsRule::new(["https://a.com/"], ["GET", "HEAD"]).allowed_headers(["host"]);
    let found = lint(&CorsConfiguration::new([rule.clone(), rule]));
    let number = |code| found.iter().filter(|finding| finding.code == code).count();
    assert_eq!(number(LintCode::OriginTrailingSlash), 2);
    assert_eq!(number(LintCode::HeaderNeverRequested), 2);
    assert_eq!(number(LintCode::MaxAgeMissing), 1);
}

/// Entries of `AllowedHeaders`, and whether no browser can ask for any name that they match.
const HEADERS: [(&str, bool); 40] = [
    ("Cookie", true),
    ("cookie2", true),
    ("Host", true),
    ("Origin", true),
    ("Content-Length", true),
    ("CONNECTION", true),
    ("Keep-Alive", true),
    ("Date", true),
    ("DNT", true),
    ("Expect", true),
    ("Referer", true),
    ("TE", true),
    ("Trailer", true),
    ("Transfer-Encoding", true),
    ("Upgrade", true),
    ("Via", true),
    ("Set-Cookie", true),
    ("Accept-Charset", true),
    ("Accept-Encoding", true),
    ("Access-Control-Request-Headers", true),
    ("Access-Control-Request-Method", true),
    ("Sec-Fetch-Mode", true),
    ("sec-*", true),
    ("Sec-CH-*", true),
    ("Proxy-Authorization", true),
    ("proxy-*", true),
    ("x-a, x-b", true),
    ("x a", true),
    ("", true),
    ("*", false),
    ("s*", false),
    ("sec*", false),
    ("*-length", false),
    ("cookie*", false),
    ("Authorization", false),
    ("Content-Type", false),
    ("User-Agent", false),
    ("x-amz-*", false),
    ("X-HTTP-Method-Override", false),
    ("Accept", false),
];

#[test]
fn a_header_that_no_browser_asks_for_is_found() {
    for (entry, never) in HEADERS {
        let rule = CorsRule::new(["https://a.com"], ["GET", "HEAD"])
            .allowed_headers([entry])
            .max_age_seconds(60);
        let found = lint(&CorsConfiguration::new([rule]));
        let codes: Vec<LintCode> = found.iter().map(|finding| finding.code).collect();
        let expected: &[LintCode] = match never {
            true => &[LintCode::HeaderNeverRequested],
            false => &[],
        };
        assert_eq!(codes, expected, "{entry:?}");
    }
}

#[test]
fn the_example_of_rules_that_overlap_is_matched_by_both_and_can_be_sent() {
    let entry = select(vec![
        "*",
        "https://*",
        "https://*.example.com",
        "https://app.*",
        "https://app.example.com",
        "http://*",
        "*.example.com",
        "*:8443",
        "https://a*com",
        "https://ab*m",
        "http*",
        "n*",
        "null",
    ]);
    let counted = std::cell::Cell::new(0);
    let cases = (vec(entry.clone(), 1..4), vec(entry, 1..4));
    let result = runner(1_000).run(&cases, |(one, other)| {
        let rules = [
            CorsRule::new(one.iter().copied(), ["GET", "HEAD"]).max_age_seconds(1),
            CorsRule::new(other.iter().copied(), ["GET", "HEAD"]).max_age_seconds(2),
        ];
        for finding in lint(&CorsConfiguration::new(rules)) {
            let Some((_, rest)) = finding.text.split_once(", for example GET from \"") else {
                continue;
            };
            let (example, _) = rest.split_once('"').expect("it ends");
            counted.set(counted.get() + 1);
            for entries in [&one, &other] {
                let mut patterns = entries.iter().map(|entry| Pattern::new(entry));
                prop_assert!(
                    patterns.any(|pattern| pattern.matches(example.as_bytes())),
                    "{}: {:?}",
                    finding,
                    entries
                );
            }
            let sent = cors_fetch::origin_of_page(example);
            prop_assert!(
                example == "null" || sent.as_deref() == Some(example),
                "{}",
                finding
            );
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(counted.get() > 100, "{} examples", counted.get());
}
