//! What S3 accepts and people did not mean.

use s3_cors::{CorsConfiguration, CorsRule};
use s3_cors_analysis::lint::{LintCode, Severity, lint};

use crate::configuration;

/// A rule without any finding, but for its origins.
fn with_origins(origins: &[&str]) -> CorsConfiguration {
    let rule = CorsRule::new(origins.iter().copied(), ["GET", "HEAD"]).max_age_seconds(3000);
    CorsConfiguration::new(vec![rule])
}

fn codes(config: &CorsConfiguration) -> Vec<&'static str> {
    lint(config)
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

/// The symptom, the origins, what is found, and what its words hold.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

const ORIGINS: [Row; 51] = [
    (
        "an origin as browsers send it is right",
        &["https://a.com"],
        &[],
        "",
    ),
    (
        "a port of its own is right",
        &["https://a.com:8443"],
        &[],
        "",
    ),
    (
        "an app's scheme is right",
        &["capacitor://localhost"],
        &[],
        "",
    ),
    (
        "a trailing slash never matches",
        &["https://a.com/"],
        &["origin-trailing-slash"],
        "write \"https://a.com\"",
    ),
    (
        "nor does it after a pattern",
        &["https://*.a.com/"],
        &["origin-trailing-slash"],
        "write \"https://*.a.com\"",
    ),
    (
        "a path never matches",
        &["https://a.com/app"],
        &["origin-path"],
        "write \"https://a.com\"",
    ),
    (
        "nor does one with a wildcard",
        &["https://a.com/*"],
        &["origin-path"],
        "write \"https://a.com\"",
    ),
    (
        "the scheme is missing",
        &["a.com"],
        &["origin-missing-scheme"],
        "write \"https://a.com\"",
    ),
    (
        "the scheme is missing before a port",
        &["localhost:3000"],
        &["origin-missing-scheme"],
        "\"http://localhost:3000\"",
    ),
    (
        "upper case never matches",
        &["https://A.com"],
        &["origin-upper-case"],
        "write \"https://a.com\"",
    ),
    (
        "nor does it in the scheme",
        &["HTTPS://a.com"],
        &["origin-upper-case"],
        "write \"https://a.com\"",
    ),
    (
        "the default port never matches",
        &["https://a.com:443"],
        &["origin-default-port"],
        "write \"https://a.com\"",
    ),
    (
        "nor does that of http",
        &["http://a.com:80"],
        &["origin-default-port"],
        "write \"http://a.com\"",
    ),
    (
        "white space never matches",
        &[" https://a.com"],
        &["origin-whitespace"],
        "write \"https://a.com\"",
    ),
    (
        "a host outside ASCII is sent in Punycode",
        &["https://\u{e4}.com"],
        &["origin-not-ascii"],
        "xn--",
    ),
    (
        "the literal https of AWS's guide matches nothing",
        &["https"],
        &["origin-missing-scheme"],
        "",
    ),
    (
        "an empty origin matches nothing",
        &[""],
        &["origin-never-sent"],
        "",
    ),
    (
        "user information is no part of an origin",
        &["https://u@a.com"],
        &["origin-never-sent"],
        "",
    ),
    ("null is anybody's", &["null"], &["origin-null"], "anybody"),
    (
        "a star is answered without credentials",
        &["*"],
        &["origin-any"],
        "credentials",
    ),
    (
        "https://* reflects every origin",
        &["https://*"],
        &["origin-any-host"],
        "site.example",
    ),
    (
        "https://* with a port does, too",
        &["https://*:8443"],
        &["origin-any-host"],
        "https://site.example:8443",
    ),
    (
        "http* reflects every origin, unencrypted ones, too",
        &["http*"],
        &["origin-any-host", "origin-any-scheme"],
        "",
    ),
    (
        "http://* reflects every origin",
        &["http://*"],
        &["origin-any-host"],
        "",
    ),
    (
        "*.com is anybody's",
        &["*.com"],
        &["origin-public-suffix", "origin-any-scheme"],
        "\"https://site.com\"",
    ),
    (
        "a public suffix is anybody's",
        &["https://*.co.uk"],
        &["origin-public-suffix"],
        "https://site.co.uk",
    ),
    (
        "so is one of a hoster",
        &["https://*.github.io"],
        &["origin-public-suffix"],
        "https://site.github.io",
    ),
    (
        "a name before a public suffix helps nothing",
        &["https://www.*.com"],
        &["origin-public-suffix"],
        "www.site.com",
    ),
    (
        "a name of one's own before it does",
        &["https://*.me.github.io", "https://me.github.io"],
        &[],
        "",
    ),
    (
        "a top-level domain of one's own is right",
        &["https://*.corp-internal", "https://corp-internal"],
        &[],
        "",
    ),
    (
        "without the dot any domain that ends so matches",
        &["https://*example.com"],
        &["origin-open-label"],
        "https://otherexample.com",
    ),
    (
        "so it does after a beginning",
        &["https://dev*example.com"],
        &["origin-open-label"],
        "devother",
    ),
    (
        "a label of previews is open if it is the registered one",
        &["https://pr-*--me.netlify.app"],
        &["origin-open-label"],
        "pr-other--me.netlify.app",
    ),
    (
        "a label of previews below one's own domain is right",
        &["https://pr-*--x.example.com"],
        &[],
        "",
    ),
    (
        "at the end any domain follows",
        &["https://example.com*"],
        &["origin-open-end"],
        "https://example.com.site.example",
    ),
    (
        "so it does after a dot",
        &["https://www.*"],
        &["origin-open-end"],
        "https://www.site.example",
    ),
    (
        "any top-level domain follows",
        &["https://example.*"],
        &["origin-open-end"],
        "https://example.site.example",
    ),
    (
        "a wildcard for the port is right",
        &["http://localhost:*"],
        &[],
        "",
    ),
    (
        "a wildcard within the port is right",
        &["http://localhost:30*"],
        &[],
        "",
    ),
    (
        "any scheme is unencrypted, too",
        &["*://a.com"],
        &["origin-any-scheme"],
        "http://a.com",
    ),
    (
        "so is a pattern that begins with a star",
        &["*.a.com"],
        &["origin-any-scheme"],
        "http://app.a.com",
    ),
    (
        "the domain itself is missing beside its subdomains",
        &["https://*.a.com"],
        &["origin-apex-missing"],
        "add \"https://a.com\"",
    ),
    (
        "it is missing with a port, too",
        &["https://*.a.com:8443"],
        &["origin-apex-missing"],
        "\"https://a.com:8443\"",
    ),
    (
        "it is there",
        &["https://*.a.com", "https://a.com"],
        &[],
        "",
    ),
    (
        "localhost without a port is not the development server",
        &["http://localhost"],
        &["origin-localhost-port"],
        "http://localhost:3000",
    ),
    (
        "with the server beside it, it is",
        &["http://localhost", "http://localhost:5173"],
        &[],
        "",
    ),
    (
        "an origin beside a star has no effect",
        &["*", "https://a.com"],
        &["origin-any", "origin-beside-any"],
        "without credentials",
    ),
    (
        "whatever the order",
        &["https://a.com", "*"],
        &["origin-beside-any", "origin-any"],
        "",
    ),
    (
        "an origin that a pattern matches has no effect",
        &["https://b.a.com", "https://*.a.com", "https://a.com"],
        &["origin-covered"],
        "\"https://*.a.com\" already matches everything",
    ),
    (
        "an origin listed twice has none the second time",
        &["https://a.com", "https://a.com"],
        &["origin-covered"],
        "AllowedOrigins[1]",
    ),
    (
        "an address without brackets is no origin",
        &["http://::1"],
        &["origin-never-sent"],
        "",
    ),
];

#[test]
fn origins_that_are_not_what_they_look_like_are_found() {
    for (symptom, origins, expected, words) in ORIGINS {
        let found = lint(&with_origins(origins));
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{symptom}: {origins:?}");
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        let shown = shown.join("\n");
        assert!(
            shown.contains(words),
            "{symptom}: {words:?} is not in {shown}"
        );
    }
}

/// The symptom, the configuration, and what is found.
const CONFIGURATIONS: [(&str, &str, &[&str]); 22] = [
    (
        "HEAD is not implied by GET",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["GET"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[0].AllowedMethods[0] get-without-head"],
    ),
    (
        "another rule may allow HEAD for all of the origins",
        r#"[{"AllowedOrigins":["https://a.com","https://*.b.com","https://b.com"],"AllowedMethods":["GET"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://*"],"AllowedMethods":["HEAD"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[1].AllowedOrigins[0] origin-any-host"],
    ),
    (
        "or for some only",
        r#"[{"AllowedOrigins":["https://a.com","https://b.com"],"AllowedMethods":["GET"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://b.com"],"AllowedMethods":["HEAD"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[0].AllowedMethods[0] get-without-head"],
    ),
    (
        "a large upload needs POST, the ETag and headers",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["PUT"],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[0].AllowedMethods[0] put-without-post",
            "CORSRules[0].AllowedMethods[0] upload-without-headers",
            "CORSRules[0].AllowedMethods[0] upload-without-etag",
        ],
    ),
    (
        "and is right with them",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["PUT","POST"],"AllowedHeaders":["*"],"ExposeHeaders":["etag"],"MaxAgeSeconds":1}]"#,
        &[],
    ),
    (
        "browsers forget a preflight without MaxAgeSeconds at once",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"]}]"#,
        &["CORSRules[0].MaxAgeSeconds max-age-missing"],
    ),
    (
        "Terraform writes zero",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":0}]"#,
        &["CORSRules[0].MaxAgeSeconds max-age-zero"],
    ),
    (
        "no browser remembers for a week",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":604800}]"#,
        &["CORSRules[0].MaxAgeSeconds max-age-too-long"],
    ),
    (
        "and Chromium not for a day",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":86400}]"#,
        &["CORSRules[0].MaxAgeSeconds max-age-too-long"],
    ),
    (
        "a negative age is none",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":-1}]"#,
        &["CORSRules[0].MaxAgeSeconds max-age-negative"],
    ),
    (
        "IDs repeat",
        r#"[{"ID":"a","AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"ID":"a","AllowedOrigins":["https://b.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[1].ID id-duplicate"],
    ),
    (
        "a method is listed twice",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE","DELETE"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[0].AllowedMethods[1] method-duplicate"],
    ),
    (
        "a header that another entry allows has no effect",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["X-Amz-Date","x-amz-*"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[0].AllowedHeaders[0] header-covered"],
    ),
    (
        "a list in one entry is no header name",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["x-a, x-b",""],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[0].AllowedHeaders[0] header-never-requested",
            "CORSRules[0].AllowedHeaders[1] header-never-requested",
        ],
    ),
    (
        "exposed headers that make no difference",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"ExposeHeaders":["Content-Type","Set-Cookie","x_a","x_A"],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[0].ExposeHeaders[0] expose-header-no-effect",
            "CORSRules[0].ExposeHeaders[1] expose-header-no-effect",
            "CORSRules[0].ExposeHeaders[2] expose-header-unusual",
            "CORSRules[0].ExposeHeaders[3] expose-header-duplicate",
            "CORSRules[0].ExposeHeaders[3] expose-header-unusual",
        ],
    ),
    (
        "a broad first rule shadows a later richer one",
        r#"[{"AllowedOrigins":["*"],"AllowedMethods":["GET","HEAD"],"AllowedHeaders":["*"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://a.com"],"AllowedMethods":["GET","HEAD"],"ExposeHeaders":["x"],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[0].AllowedOrigins[0] origin-any",
            "CORSRules[1] rule-unreachable",
        ],
    ),
    (
        "two earlier rules can shadow one together",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["x-*"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://b.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["X-A"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://b.com","https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["x-a"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[2] rule-unreachable"],
    ),
    (
        "a rule with headers of its own is reached by asking for them",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["x-a"],"MaxAgeSeconds":1}]"#,
        &[],
    ),
    (
        "a method can be shadowed alone",
        r#"[{"AllowedOrigins":["https://*.a.com","https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://b.a.com"],"AllowedMethods":["GET","HEAD","DELETE"],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[1] rule-order-matters",
            "CORSRules[1].AllowedMethods[2] method-unreachable",
        ],
    ),
    (
        "an origin can be shadowed alone",
        r#"[{"AllowedOrigins":["https://*.a.com","https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://b.a.com","https://c.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1}]"#,
        &["CORSRules[1].AllowedOrigins[0] origin-unreachable"],
    ),
    (
        "Terraform's sets would change what overlapping rules answer",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["*"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1}]"#,
        &[
            "CORSRules[1] rule-order-matters",
            "CORSRules[1].AllowedOrigins[0] origin-any",
        ],
    ),
    (
        "but not if they answer alike",
        r#"[{"AllowedOrigins":["https://a.com"],"AllowedMethods":["DELETE"],"MaxAgeSeconds":1},
            {"AllowedOrigins":["https://*.a.com","https://a.com"],"AllowedMethods":["DELETE"],"AllowedHeaders":["*"],"MaxAgeSeconds":1}]"#,
        &[],
    ),
];

#[test]
fn rules_that_do_not_do_what_they_seem_to_are_found() {
    for (symptom, text, expected) in CONFIGURATIONS {
        let found: Vec<String> = lint(&configuration(text))
            .iter()
            .map(|finding| format!("{} {}", finding.place, finding.code))
            .collect();
        assert_eq!(found, expected, "{symptom}");
    }
}

#[test]
fn every_code_has_one_name_and_is_found_by_a_row() {
    let mut found: Vec<&str> = ORIGINS
        .iter()
        .flat_map(|(_, origins, ..)| codes(&with_origins(origins)))
        .collect();
    found.extend(
        CONFIGURATIONS
            .iter()
            .flat_map(|(_, text, _)| codes(&configuration(text))),
    );
    let mut names = std::collections::BTreeSet::new();
    for code in LintCode::ALL {
        assert!(names.insert(code.as_str()), "{code} twice");
        assert!(code.description().ends_with('.'), "{code}");
        assert!(found.contains(&code.as_str()), "no row finds {code}");
    }
    assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
}

#[test]
fn a_configuration_that_s3_refuses_is_looked_over_as_far_as_it_goes() {
    let mut config = with_origins(&["https://a.com/", "https://*.*", "http://*"]);
    assert_eq!(codes(&config), ["origin-trailing-slash", "origin-any-host"]);
    let rule = config.cors_rules.remove(0);
    config.cors_rules = vec![rule; 200];
    assert_eq!(codes(&config).len(), 400);
    assert_eq!(lint(&CorsConfiguration::default()), []);
}
