//! Origins by families: what no browser sends, what lets anybody in, and what is right.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use s3_cors::{CorsConfiguration, CorsRule, Pattern};
use s3_cors_analysis::lint::{Finding, Severity, lint};

use conformance::generate::runner;

fn findings(origin: &str) -> Vec<Finding> {
    let rule = CorsRule::new([origin], ["GET", "HEAD"]).max_age_seconds(3000);
    lint(&CorsConfiguration::new([rule]))
}

fn codes(origin: &str) -> Vec<&'static str> {
    let found = findings(origin);
    found.iter().map(|finding| finding.code.as_str()).collect()
}

/// Entries that no browser sends, and what was probably meant.
const NEVER: &[(&str, Option<&str>)] = &[
    ("wss://app.example.com", Some("https://app.example.com")),
    ("ws://localhost:3000", Some("http://localhost:3000")),
    ("WSS://App.example.com/", Some("https://app.example.com")),
    ("file://example.com", None),
    ("file:///index.html", None),
    ("data:,a", None),
    ("about:blank", None),
    ("javascript:0", None),
    (
        "http://a.example.com:06060",
        Some("http://a.example.com:6060"),
    ),
    ("http://a.example.com:65536", None),
    ("http://a.example.com:99999", None),
    ("https://a.example.com:00443", Some("https://a.example.com")),
    ("https://a.example.com:", Some("https://a.example.com")),
    ("http://127.1", Some("http://127.0.0.1")),
    ("http://127.1:3000", Some("http://127.0.0.1:3000")),
    ("http://0x7f.1", Some("http://127.0.0.1")),
    ("http://0177.0.0.1", Some("http://127.0.0.1")),
    ("http://2130706433", Some("http://127.0.0.1")),
    ("http://192.168.000.001", Some("http://192.168.0.1")),
    ("http://256.0.0.1", None),
    ("http://1.2.3.4.5", None),
    ("http://127.0.0.1.", Some("http://127.0.0.1")),
    ("http://[0:0:0:0:0:0:0:1]", Some("http://[::1]")),
    ("http://[2001:DB8::1]", Some("http://[2001:db8::1]")),
    ("http://[::1]:080", Some("http://[::1]")),
    ("http://[::1", None),
    ("http://[::g]", None),
    ("http://::1", None),
    ("http://*.127.0.0.1:3999", None),
    ("http://*.[::1]", None),
    ("https://example.com/", Some("https://example.com")),
    ("https://example.com/a?b#c", Some("https://example.com")),
    ("https://example.com?", Some("https://example.com")),
    ("https://user@example.com", Some("https://example.com")),
    ("https://EXAMPLE.com", Some("https://example.com")),
    ("https://ex%61mple.com", Some("https://example.com")),
    ("https:example.com", Some("https://example.com")),
    ("https:/example.com", Some("https://example.com")),
    ("//example.com", None),
    ("example.com", Some("https://example.com")),
    ("www.example.com:8443", Some("https://www.example.com:8443")),
    ("localhost:3000", Some("http://localhost:3000")),
    ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
    ("https://*.example.com/", Some("https://*.example.com")),
    ("https://*.Example.com", Some("https://*.example.com")),
    ("https://*.example.com:443", Some("https://*.example.com")),
    ("*.example.com/", Some("*.example.com")),
    (" https://example.com", Some("https://example.com")),
    ("https://exa mple.com", Some("https://example.com")),
    (
        "https://münchen.example",
        Some("https://xn--mnchen-3ya.example"),
    ),
    (
        "https://example.com:8443/",
        Some("https://example.com:8443"),
    ),
    ("http://localhost:3000/", Some("http://localhost:3000")),
    ("http://localhost:3000/*", Some("http://localhost:3000")),
    ("http://localhost:03000", Some("http://localhost:3000")),
    ("http://localhost:0", None),
    ("http://*.example.com:80", Some("http://*.example.com")),
    ("HTTP://*.EXAMPLE.COM", Some("http://*.example.com")),
    ("https://example.com#", Some("https://example.com")),
    ("https://example.com/ ", Some("https://example.com")),
    ("\thttps://example.com", Some("https://example.com")),
    ("https://example.com\n", Some("https://example.com")),
    ("https:\\\\example.com", Some("https://example.com")),
    ("https:///example.com", Some("https://example.com")),
    ("https//example.com", Some("https://example.com")),
    ("http//localhost:3000", Some("http://localhost:3000")),
    ("://example.com", None),
    (
        "http://user:secret@localhost:3000",
        Some("http://localhost:3000"),
    ),
    ("https://example.com:443/", Some("https://example.com")),
    ("https://[::1]:443", Some("https://[::1]")),
    (
        "https://[::FFFF:192.0.2.1]",
        Some("https://[::ffff:c000:201]"),
    ),
    ("https://[2001:0db8::1]", Some("https://[2001:db8::1]")),
    (
        "https://[2001:db8:0:0:0:0:0:1]",
        Some("https://[2001:db8::1]"),
    ),
    ("http://[fe80::1%25eth0]", None),
    ("http://[::1]a", None),
    ("http://::1:8080", None),
    ("http://[127.0.0.1]", None),
    ("http://[1:2:3]", None),
    ("http://0.0", Some("http://0.0.0.0")),
    ("http://0x7f000001", Some("http://127.0.0.1")),
    ("http://017700000001", Some("http://127.0.0.1")),
    ("http://127.0.0.1:80", Some("http://127.0.0.1")),
    ("http://127.0.0.1:080", Some("http://127.0.0.1")),
    ("http://1.2.3.4:99999", None),
    ("http://1.2.3.256", None),
    ("http://example.1", None),
    ("http://a.b.c.0x1", None),
    ("https://exam^ple.com", None),
    ("https://exa<mple.com", None),
    ("https://%", None),
    ("https://", None),
    ("https:", None),
    ("", None),
    ("example.com/", Some("https://example.com")),
    ("example.com/path", Some("https://example.com")),
    ("EXAMPLE.COM", Some("https://example.com")),
    ("localhost", Some("http://localhost")),
    ("localhost/", Some("http://localhost")),
    (
        "localhost.example.com",
        Some("https://localhost.example.com"),
    ),
    ("127.0.0.1", Some("http://127.0.0.1")),
    ("192.168.1.10:3000", Some("http://192.168.1.10:3000")),
    ("[::1]:3000", Some("http://[::1]:3000")),
    ("null ", Some("null")),
    ("Null", Some("null")),
    ("'https://example.com'", Some("https://example.com")),
    ("\"https://example.com\"", Some("https://example.com")),
    ("https://a.com,https://b.com", None),
    ("https://a.com https://b.com", None),
    ("https://a.com;https://b.com", None),
    ("https://a.com, https://b.com", None),
    ("a.com,b.com", None),
    ("https://a.com,b.com", None),
    ("https://a.com|https://b.com", None),
    ("https://example.com:port", None),
    ("https://example.com:8443a", None),
    ("https://example.com:-1", None),
    ("https://example.com:+443", None),
    ("ws*://localhost:3000", None),
    ("blob:https://example.com/1", Some("https://example.com")),
];

#[test]
fn what_no_browser_sends_is_an_error_that_says_what_was_probably_meant() {
    let mut wrong = Vec::new();
    for (entry, meant) in NEVER {
        let found = findings(entry);
        let is_error = |finding: &&Finding| finding.severity == Severity::Error;
        let Some(error) = found.iter().find(is_error) else {
            wrong.push(format!("{entry:?}: {found:?}"));
            continue;
        };
        let better = meant.map(findings).unwrap_or_default();
        let is_right = match meant {
            Some(meant) => error.help == format!("write {meant:?}"),
            None => !error.help.starts_with("write \""),
        };
        if !is_right || better.iter().any(|better| is_error(&better)) {
            wrong.push(format!("{entry:?}: {} instead of {meant:?}", error.help));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Entries that let anybody in, with the code that says so.
const ANYBODY: &[(&str, &str)] = &[
    ("https://*", "origin-any-host"),
    ("https://*.", "origin-any-host"),
    ("http://[*", "origin-any-host"),
    ("http://[*]", "origin-any-host"),
    ("https://*:8443", "origin-any-host"),
    ("http*", "origin-any-host"),
    ("https*", "origin-any-host"),
    ("h*", "origin-any-host"),
    ("*:3000", "origin-any-host"),
    ("https://*.com", "origin-public-suffix"),
    ("https://*.co.uk", "origin-public-suffix"),
    ("https://*.uk", "origin-public-suffix"),
    ("https://*.github.io", "origin-public-suffix"),
    ("https://*.run.app", "origin-public-suffix"),
    ("https://*.a.run.app", "origin-public-suffix"),
    ("https://*.us-central1.run.app", "origin-public-suffix"),
    ("https://*.compute.amazonaws.com", "origin-public-suffix"),
    ("https://*.elb.amazonaws.com", "origin-public-suffix"),
    ("https://*.r.appspot.com", "origin-public-suffix"),
    ("https://*.appspot.com", "origin-public-suffix"),
    ("https://*.code.run", "origin-public-suffix"),
    ("https://*.ck", "origin-public-suffix"),
    ("https://*.kawasaki.jp", "origin-public-suffix"),
    ("https://*.amazonaws.com", "origin-public-suffix"),
    ("https://*.s3.amazonaws.com", "origin-public-suffix"),
    (
        "https://*.s3-website.eu-central-1.amazonaws.com",
        "origin-public-suffix",
    ),
    ("https://*.windows.net", "origin-public-suffix"),
    ("https://*.core.windows.net", "origin-public-suffix"),
    ("https://*.blob.core.windows.net", "origin-public-suffix"),
    ("https://*.azurewebsites.net", "origin-public-suffix"),
    ("https://*.cloudfront.net", "origin-public-suffix"),
    ("https://*.vercel.app", "origin-public-suffix"),
    ("https://*.netlify.app", "origin-public-suffix"),
    ("https://*.pages.dev", "origin-public-suffix"),
    ("https://*.workers.dev", "origin-public-suffix"),
    ("https://*.web.app", "origin-public-suffix"),
    ("https://*.fly.dev", "origin-public-suffix"),
    ("https://*.herokuapp.com", "origin-public-suffix"),
    ("https://*.ngrok-free.app", "origin-public-suffix"),
    ("https://*.github.io:8080", "origin-public-suffix"),
    ("https://*github.io", "origin-open-label"),
    ("https://www.*.com", "origin-public-suffix"),
    ("*.com", "origin-public-suffix"),
    ("https://*example.com", "origin-open-label"),
    ("https://*-example.com", "origin-open-label"),
    ("https://my*.com", "origin-open-label"),
    ("https://exam*ple.com", "origin-open-label"),
    ("https://pr-*--me.netlify.app", "origin-open-label"),
    ("https://*-team.vercel.app", "origin-open-label"),
    ("https://*m", "origin-public-suffix"),
    ("https://*l", "origin-public-suffix"),
    ("https://example.com*", "origin-open-end"),
    ("https://example.*", "origin-open-end"),
    ("https://www.*", "origin-open-end"),
    ("https://a*", "origin-open-end"),
    ("https://1.2.3.*", "origin-open-end"),
    ("https://example.c*", "origin-open-end"),
    ("https://localhost*", "origin-open-end"),
    ("https://*.org", "origin-public-suffix"),
    ("https://*.net", "origin-public-suffix"),
    ("https://*.io", "origin-public-suffix"),
    ("https://*.dev", "origin-public-suffix"),
    ("https://*.app", "origin-public-suffix"),
    ("https://*.de", "origin-public-suffix"),
    ("https://*.fr", "origin-public-suffix"),
    ("https://*.nl", "origin-public-suffix"),
    ("https://*.com.au", "origin-public-suffix"),
    ("https://*.co.jp", "origin-public-suffix"),
    ("https://*.ac.uk", "origin-public-suffix"),
    ("https://*.xyz", "origin-public-suffix"),
    ("https://*.onrender.com", "origin-public-suffix"),
    ("https://*.deno.dev", "origin-public-suffix"),
    ("https://*.gitlab.io", "origin-public-suffix"),
    ("https://*.firebaseapp.com", "origin-public-suffix"),
    ("https://*.r2.dev", "origin-public-suffix"),
    ("https://*.azurestaticapps.net", "origin-public-suffix"),
    (
        "https://*.execute-api.us-east-1.amazonaws.com",
        "origin-public-suffix",
    ),
    (
        "https://*.lambda-url.us-east-1.on.aws",
        "origin-public-suffix",
    ),
    ("https://*.on.aws", "origin-public-suffix"),
    ("https://*.elasticbeanstalk.com", "origin-public-suffix"),
    ("https://*.amplifyapp.com", "origin-public-suffix"),
    ("https://*.compute-1.amazonaws.com", "origin-public-suffix"),
    (
        "https://*.s3.eu-west-1.amazonaws.com",
        "origin-public-suffix",
    ),
    (
        "https://*.s3-website-us-east-1.amazonaws.com",
        "origin-public-suffix",
    ),
    ("https://*.now.sh", "origin-public-suffix"),
    ("https://*.blogspot.com", "origin-public-suffix"),
    ("https://*.surge.sh", "origin-public-suffix"),
    ("http://*", "origin-any-host"),
    ("http://*:8080", "origin-any-host"),
    ("http://*.", "origin-any-host"),
    ("http:*", "origin-any-host"),
    ("*:8080", "origin-any-host"),
    ("http://*.com", "origin-public-suffix"),
    ("http://*.com:8080", "origin-public-suffix"),
    ("https://*.vercel.app:3000", "origin-public-suffix"),
    ("*.io", "origin-public-suffix"),
    ("*.github.io", "origin-public-suffix"),
    ("*github.io", "origin-open-label"),
    ("*.co.uk", "origin-public-suffix"),
    ("*example.com", "origin-open-label"),
    ("https://app-*.vercel.app", "origin-open-label"),
    ("https://my-app-git-*-team.vercel.app", "origin-open-label"),
    (
        "https://deploy-preview-*--site.netlify.app",
        "origin-open-label",
    ),
    ("https://*--site.netlify.app", "origin-open-label"),
    ("https://bucket*.s3.amazonaws.com", "origin-open-label"),
    ("https://a.*", "origin-open-end"),
    ("https://example.co*", "origin-open-end"),
    ("https://www.example.com*", "origin-open-end"),
    ("https://10.0.*", "origin-open-end"),
    ("http://192.168.*", "origin-open-end"),
    ("http://127.0.0.1*", "origin-open-end"),
    ("http://localhost*", "origin-open-end"),
    ("https://*xample.com", "origin-open-label"),
    ("https://e*.com", "origin-open-label"),
    (
        "https://*.westeurope.cloudapp.azure.com",
        "origin-public-suffix",
    ),
    ("https://*.cloudapp.azure.com", "origin-public-suffix"),
    ("https://*.github.dev", "origin-public-suffix"),
];

#[test]
fn what_lets_anybody_in_is_a_warning_and_no_advice_widens_it() {
    let mut wrong = Vec::new();
    for (entry, code) in ANYBODY {
        let found = codes(entry);
        let widened = |code: &&str| ["origin-apex-missing", "origin-never-sent"].contains(code);
        if !found.contains(code) || found.iter().any(widened) {
            wrong.push(format!("{entry:?}: {found:?} without {code}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Entries with no finding but, for some, the missing apex.
const RIGHT: &[&str] = &[
    "https://example.com",
    "https://www.example.com",
    "https://example.com:8443",
    "http://localhost:3000",
    "http://localhost:*",
    "http://localhost:30*",
    "http://localhost:*000",
    "https://example.com:8*0",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:*",
    "http://[::1]:3000",
    "http://[::1]:*",
    "http://192.168.0.1",
    "https://xn--mnchen-3ya.example",
    "https://a_b.example.com",
    "https://example.com.",
    "https://me.github.io",
    "https://my-bucket.s3.amazonaws.com",
    "https://d111111abcdef8.cloudfront.net",
    "https://my-app.vercel.app",
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "chrome-extension://abcdefghijklmnop",
    "moz-extension://b5e0a1",
    "https://*.example.com",
    "https://*.example.com:8443",
    "https://*.me.github.io",
    "https://pr-*.example.com",
    "https://pr-*--x.example.com",
    "https://*-preview.example.com",
    "https://www.*.example.com",
    "https://*.example.co.uk",
    "https://*.corp-internal",
    "https://*.local",
    "http://*.localhost:3000",
    "http://localhost:8080",
    "https://localhost:3000",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
    "http://0.0.0.0:3000",
    "http://10.0.0.1:8080",
    "http://host.docker.internal:3000",
    "https://[2001:db8::1]:8443",
    "http://localhost:1",
    "http://localhost:65535",
    "https://example.com:80",
    "http://example.com:443",
    "https://a-b.example.com",
    "https://-a.example.com",
    "https://xn--e1afmkfd.xn--p1ai",
    "https://a.b.c.d.example.com",
    "https://1.example.com",
    "https://127.0.0.1.example.com",
    "https://0x7f.example.com",
    "https://example.museum",
    "https://example.travel",
    "http://intranet",
    "http://intranet:8080",
    "https://intranet.corp",
    "https://a",
    "https://1a.example",
    "https://*.example.com.",
    "https://*.intranet.corp",
    "https://*.staging.example.com",
    "https://app.example.com:*",
    "http://127.0.0.1:80*",
    "https://*.my-app.vercel.app",
    "https://*.my-bucket.s3.amazonaws.com",
    "https://*.team.pages.dev",
    "https://*.d111.cloudfront.net",
    "https://*.example.com.au",
    "https://*.example.ac.uk",
    "https://pr*.example.com",
    "https://*-pr.example.com",
    "https://app.*.example.com",
    "app://localhost",
    "safari-web-extension://ABC-123",
    "vscode-webview://abc",
    "https://docs.google.com",
    "https://*.google.com",
    "https://user.github.io",
    "https://bucket.s3.eu-west-1.amazonaws.com",
    "https://*.app.westeurope.cloudapp.azure.com",
    "https://app.westeurope.cloudapp.azure.com",
];

#[test]
fn what_is_right_has_no_finding_but_a_missing_apex() {
    let mut wrong = Vec::new();
    for entry in RIGHT {
        let mut found = codes(entry);
        found.retain(|code| *code != "origin-apex-missing");
        if !found.is_empty() {
            wrong.push(format!("{entry:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_wildcard_that_matches_null_says_so() {
    for entry in ["n*", "nul*", "*l", "nu*l", "null*"] {
        assert!(codes(entry).contains(&"origin-null"), "{entry:?}");
    }
    for entry in ["*", "http*", "x*"] {
        assert!(!codes(entry).contains(&"origin-null"), "{entry:?}");
    }
}

/// What a finding calls an example of what.
fn example(finding: &Finding) -> Option<(String, String)> {
    let (entry, rest) = finding.text.split_once(" also matches ")?;
    let example = rest.split_once("\",")?.0.strip_prefix('"')?;
    let entry = entry.strip_prefix('"')?.strip_suffix('"')?;
    Some((entry.to_owned(), example.to_owned()))
}

#[test]
fn every_example_is_matched_and_can_be_sent() {
    let start = prop_oneof![
        2 => select(vec!["https://", "http://"]),
        1 => select(vec!["", "*", "http", "https://www", "n", "null", "https://["]),
    ];
    let part = select(vec![
        "*",
        ".",
        ":",
        "//",
        "www",
        "example",
        ".com",
        "localhost",
        "127.0.0.1",
        "[",
        "]",
        "::1",
        "3000",
        "443",
        "80",
        "github.io",
        "l",
        "n",
        "-",
        "a",
        "1",
        "amazonaws.com",
    ]);
    let entries = (start, vec(part.clone(), 0..3), vec(part, 0..3));
    let counted = std::cell::Cell::new(0);
    let result = runner(4_000).run(&entries, |(start, before, after)| {
        let entry = format!("{start}{}*{}", before.concat(), after.concat());
        for finding in findings(&entry) {
            let Some((of, example)) = example(&finding) else {
                continue;
            };
            counted.set(counted.get() + 1);
            prop_assert_eq!(&of, &entry);
            prop_assert!(
                Pattern::new(&entry).matches(example.as_bytes()),
                "{}",
                finding
            );
            let sent = cors_fetch::origin_of_page(&example);
            prop_assert!(
                example == "null" || sent.as_deref() == Some(&example),
                "{}",
                finding
            );
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(counted.get() > 500, "{} examples", counted.get());
}

#[test]
fn no_origin_stands_in_two_tables() {
    let entries = NEVER.iter().map(|(entry, _)| *entry);
    let entries = entries.chain(ANYBODY.iter().map(|(entry, _)| *entry));
    let entries: Vec<&str> = entries.chain(RIGHT.iter().copied()).collect();
    let distinct: std::collections::BTreeSet<&str> = entries.iter().copied().collect();
    assert_eq!(distinct.len(), entries.len());
    assert!(distinct.len() >= 232, "{}", distinct.len());
}
