//! Generated configurations and requests, small enough to meet each other.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config as Settings, TestRunner};

use crate::corpus::Rule;
use crate::naive::Request;

/// Runs so many cases.
#[must_use]
pub fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Settings {
        cases,
        // A failure prints its input; what deserves keeping becomes a case of the corpus.
        failure_persistence: None,
        ..Settings::default()
    })
}

/// Valid rules of few letters.
pub fn rules() -> impl Strategy<Value = Rule> {
    let methods = subsequence(vec!["GET", "PUT", "HEAD", "POST", "DELETE"], 1..=3).prop_shuffle();
    let exposed = subsequence(vec!["ETag", "x-a", "X!"], 0..=2);
    (
        vec(patterns("aA."), 1..4),
        methods,
        vec(patterns("aB-"), 0..4),
        exposed,
        option::of(select(vec![-1, 0, 60, i64::MAX])),
    )
        .prop_map(|(origins, methods, headers, exposed, seconds)| Rule {
            id: None,
            allowed_headers: headers,
            allowed_methods: methods.into_iter().map(Into::into).collect(),
            allowed_origins: origins,
            expose_headers: exposed.into_iter().map(Into::into).collect(),
            max_age_seconds: seconds,
        })
}

/// A rule that also allows `PATCH`, or nothing else, or is as it was: as an app's own rules are.
pub fn of_app(rule: Rule) -> impl Strategy<Value = Rule> {
    (0..3_u8).prop_map(move |kind| {
        let mut rule = rule.clone();
        match kind {
            0 => rule.allowed_methods.push("PATCH".into()),
            1 => rule.allowed_methods = vec!["PATCH".into()],
            _ => {}
        }
        rule
    })
}

/// [`requests`], of which half ask for `PATCH`, if for anything.
pub fn asking_for_patch() -> impl Strategy<Value = Request> {
    (requests(), any::<bool>()).prop_map(|(mut request, patch)| {
        if patch {
            for (name, value) in &mut request.headers {
                if name.eq_ignore_ascii_case("access-control-request-method") {
                    *value = b"PATCH".to_vec();
                }
            }
        }
        request
    })
}

/// Patterns of few letters and short, so that they meet values, and one another.
pub fn patterns(letters: &'static str) -> impl Strategy<Value = String> {
    (words(letters, 0..4), option::of(any::<Index>())).prop_map(|(mut pattern, star)| {
        if let Some(star) = star {
            pattern.insert(star.index(pattern.len() + 1), '*');
        }
        pattern
    })
}

/// Words of these letters.
pub fn words(
    letters: &'static str,
    length: std::ops::Range<usize>,
) -> impl Strategy<Value = String> + Clone {
    let letter = select(letters.chars().collect::<Vec<_>>());
    vec(letter, length).prop_map(String::from_iter)
}

/// Requests of few letters, right and odd.
pub fn requests() -> impl Strategy<Value = Request> {
    let origin = prop_oneof![
        12 => words("aA.", 1..6).prop_map(String::into_bytes),
        1 => Just(Vec::new()),
        1 => vec(select(b"aA.* ,/\x80\xff".to_vec()), 0..4),
    ];
    let origins =
        prop_oneof![1 => vec(origin.clone(), 0), 12 => vec(origin.clone(), 1), 1 => vec(origin, 2)];
    let known = select(vec!["GET", "PUT", "HEAD", "POST", "DELETE"]);
    let other = select(vec![
        "",
        "PATCH",
        "OPTIONS",
        "get",
        "FOO",
        "GET ",
        "<&\u{e9}>",
        "*",
    ]);
    let asked = prop_oneof![8 => known.clone(), 2 => other];
    let asked = asked.prop_map(|method| method.as_bytes().to_vec());
    let asked =
        prop_oneof![2 => vec(asked.clone(), 0), 9 => vec(asked.clone(), 1), 1 => vec(asked, 2)];
    let names = prop_oneof![3 => vec(header_lists(), 0), 4 => vec(header_lists(), 1), 1 => vec(header_lists(), 2..4)];
    let method =
        prop_oneof![3 => Just("OPTIONS"), 3 => known, 1 => select(vec!["PATCH", "FOO", "options"])];
    (method, any::<bool>(), origins, asked, names)
        .prop_map(|(method, is_bucket, origins, asked, names)| {
            let headers = lines("Origin", origins)
                .chain(lines("access-control-request-method", asked))
                .chain(lines("ACCESS-Control-Request-Headers", names))
                .chain(lines("Content-Type", vec![b"a".to_vec()]))
                .collect();
            (method.to_owned(), is_bucket, headers)
        })
        .prop_flat_map(|(method, is_bucket, headers): (_, _, Vec<_>)| {
            (Just(method), Just(is_bucket), Just(headers).prop_shuffle())
        })
        .prop_map(|(method, is_bucket, headers)| Request {
            method,
            is_bucket,
            headers,
        })
}

fn lines(name: &'static str, values: Vec<Vec<u8>>) -> impl Iterator<Item = (String, Vec<u8>)> {
    values
        .into_iter()
        .map(move |value| (name.to_owned(), value))
}

/// Names and what stands between them, the separators right and odd.
fn header_lists() -> impl Strategy<Value = Vec<u8>> {
    // Long runs of commas are skipped by other code than short ones.
    let run = select(vec![63, 64, 65, 128]).prop_map(|length| ",".repeat(length));
    let odd = select(vec![", ", ",", " ", " ,\t", ",,", ""]).prop_map(String::from);
    let separator = prop_oneof![9 => odd, 1 => run];
    let name = words("abB-", 1..4);
    prop_oneof![
        3 => vec(name.clone(), 1..5).prop_map(|names| names.join(", ")),
        2 => (vec((name, separator.clone()), 0..4), separator).prop_map(|(names, end)| {
            names.into_iter().map(|(name, separator)| name + &separator).collect::<String>() + &end
        }),
    ]
    .prop_map(String::into_bytes)
}
