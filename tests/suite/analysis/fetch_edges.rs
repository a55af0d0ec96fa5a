//! The browser's side at its edges: white space that is none, `data:` URLs, and values that no
//! header can carry.

use cors_fetch::{Credentials, Failure, Fetch, Outcome, PlanKind, Response};

use crate::fetched::{PAGE, TARGET};

fn fetch(method: &str) -> Fetch {
    let fetch = Fetch::new(PAGE, TARGET).expect("URLs");
    fetch.method(method).credentials(Credentials::Include)
}

/// What a server that allows everything sends, with one header's value ending in a byte.
fn sent(ended: &str, end: &str) -> Response {
    [
        ("Access-Control-Allow-Origin", "https://app.example.com"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "x-a"),
        ("Access-Control-Expose-Headers", "etag"),
        ("Access-Control-Max-Age", "600"),
    ]
    .into_iter()
    .fold(
        Response::new(200).header("etag", "\"1\""),
        |response, (name, value)| {
            let end = if name == ended { end } else { "" };
            response.header(name, format!("{value}{end}"))
        },
    )
}

#[test]
fn form_feed_is_no_white_space_in_any_header() {
    let put = fetch("PUT").header("x-a", "1");
    for end in ["", " ", "\t", "\r", "\n"] {
        let verdict = put.verdict(
            Some(&sent("Access-Control-Allow-Origin", end)),
            &sent("", ""),
        );
        assert!(verdict.outcome.is_readable(), "{end:?}: {verdict:?}");
    }
    for name in [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
    ] {
        let verdict = put.verdict(Some(&sent(name, "\x0c")), &sent("", ""));
        let blocked = matches!(verdict.outcome, Outcome::Blocked(_));
        assert!(blocked, "{name} of the preflight: {verdict:?}");
    }
    for name in [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
    ] {
        let verdict = put.verdict(Some(&sent("", "")), &sent(name, "\x0c"));
        let blocked = matches!(verdict.outcome, Outcome::Blocked(_));
        assert!(blocked, "{name} of the response: {verdict:?}");
    }
    let exposed = sent("Access-Control-Expose-Headers", "\x0c");
    let Outcome::Readable { hidden, .. } = put.verdict(Some(&sent("", "")), &exposed).outcome
    else {
        panic!("only the header is hidden");
    };
    assert!(hidden.contains(&"etag".to_owned()), "{hidden:?}");
    let aged = put.verdict(Some(&sent("Access-Control-Max-Age", "\x0c")), &sent("", ""));
    assert_eq!(aged.preflight_max_age, Some(5), "the default");
}

#[test]
fn a_data_url_is_readable_in_every_mode_and_nothing_is_sent() {
    for url in ["data:,hello", "data:text/plain;base64,aGVsbG8="] {
        let fetch = Fetch::new(PAGE, url).expect("a URL");
        for mode in [
            cors_fetch::Mode::Cors,
            cors_fetch::Mode::NoCors,
            cors_fetch::Mode::SameOrigin,
        ] {
            let verdict = fetch.clone().mode(mode).verdict(None, &Response::new(200));
            assert_eq!(verdict.plan.kind, PlanKind::Data, "{url} {mode:?}");
            assert_eq!(verdict.plan.request, None);
            assert!(verdict.outcome.is_readable(), "{url} {mode:?}");
        }
    }
}

#[test]
fn a_string_becomes_one_byte_for_each_character_or_the_call_fails() {
    let request = fetch("GET").header_text("x-a", "grün").plan().request;
    let value = request.expect("it is sent");
    assert_eq!(value.header("x-a"), Some(&b"gr\xfcn"[..]));
    let plan = fetch("GET").header_text("x-a", "\u{100}").plan();
    let name = "x-a".to_owned();
    let failure = Failure::HeaderValueNotLatin1 { name };
    assert_eq!(plan.kind, PlanKind::Fails(failure));
    assert_eq!(plan.request, None);
}
