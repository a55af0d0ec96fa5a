//! What holds for all configurations, requests and texts, tried with generated ones.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::answer::{Answer, Scope, check_all};
use conformance::corpus::{Config, Corpus, Rule};
use conformance::dialects::read_back;
use conformance::generate::{requests, rules, runner};
use conformance::naive::{self, Bucket, Headers, Lacking, Refused, Request, Verdict};
use conformance::translated::verdict;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use s3_cors::{CorsConfiguration, CorsPolicy, Dialect, ResourceType};

const CONFIGURATIONS: u32 = 4_000;
const REQUESTS_EACH: usize = 8;

const DIALECTS: [Dialect; 5] = [
    Dialect::Console,
    Dialect::Cli,
    Dialect::CliInput,
    Dialect::CloudFormation,
    Dialect::Xml,
];

#[test]
fn the_naive_engine_answers_every_case_of_the_corpus() {
    let corpus = Corpus::load();
    check_all("naive engine", Scope::CorsHeaders, &corpus.evals, |case| {
        let config = case
            .cors
            .as_ref()
            .map(|config| Config::of(config).expect("a configuration"));
        let bucket = match &config {
            _ if !case.bucket_exists => Bucket::Missing,
            None => Bucket::WithoutConfiguration,
            Some(config) => Bucket::WithRules(&config.rules),
        };
        let lines = case.request.header_lines();
        let request = Request {
            method: case.request.method.clone(),
            is_bucket: case.request.resource_type() == ResourceType::Bucket,
            headers: lines
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        };
        let with_headers = |status, headers: Headers| Answer {
            status,
            headers: headers
                .lines
                .into_iter()
                .map(|(name, v)| (name.into(), v))
                .collect(),
            ..Answer::default()
        };
        match naive::decide(bucket, &request) {
            Verdict::NotCors | Verdict::NotAllowed(_) => Answer::default(),
            Verdict::Allowed(headers) | Verdict::Preflight(headers) => with_headers(200, headers),
            Verdict::Refused(refused) => Answer {
                status: refused.status,
                body: xml(&refused).into(),
                ..Answer::default()
            },
        }
    });
}

fn xml(refused: &Refused) -> String {
    let message = refused.message.replace('&', "&amp;").replace('<', "&lt;");
    let mut xml = format!(
        "<Error><Code>{}</Code><Message>{message}</Message>",
        refused.code
    );
    if let (Some(method), Some(resource_type)) = (&refused.method, refused.resource_type) {
        xml += &format!("<Method>{method}</Method><ResourceType>{resource_type}</ResourceType>");
    }
    xml + "</Error>"
}

#[test]
fn the_engine_decides_as_the_naive_one() {
    let verdicts = RefCell::new(BTreeMap::<&str, u32>::new());
    let cases = (buckets(), vec(requests(), REQUESTS_EACH));
    let result = runner(CONFIGURATIONS).run(&cases, |(bucket, requests)| {
        let (policy, bucket) = match &bucket {
            Kind::Missing => (CorsPolicy::without_bucket(), Bucket::Missing),
            Kind::WithoutConfiguration => (
                CorsPolicy::without_configuration(),
                Bucket::WithoutConfiguration,
            ),
            Kind::WithRules(rules) => {
                let cors_rules = rules.iter().map(Into::into);
                let policy = CorsPolicy::new(&CorsConfiguration::new(cors_rules));
                (
                    policy.expect("generated to be valid"),
                    Bucket::WithRules(rules),
                )
            }
        };
        for request in requests {
            let expected = naive::decide(bucket, &request);
            *verdicts.borrow_mut().entry(name_of(&expected)).or_default() += 1;
            prop_assert_eq!(verdict(&policy, &request), expected, "{:?}", request);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    // Generated inputs that never get past the first condition would prove nothing.
    let verdicts = verdicts.into_inner();
    println!("{verdicts:?}");
    for name in VERDICTS {
        let count = verdicts.get(name).copied().unwrap_or_default();
        assert!(count >= 100, "only {count} requests came to: {name}");
    }
}

const VERDICTS: [&str; 14] = [
    "not CORS",
    "allowed",
    "not allowed: no bucket",
    "not allowed: no configuration",
    "not allowed: origin",
    "not allowed: method",
    "not allowed: header",
    "preflight",
    "refused: bad request",
    "refused: no bucket",
    "refused: no configuration",
    "refused: origin",
    "refused: method",
    "refused: header",
];

fn name_of(verdict: &Verdict) -> &'static str {
    let lacking = |lacking: &Lacking| match lacking {
        Lacking::Bucket => 0,
        Lacking::Configuration => 1,
        Lacking::Origin => 2,
        Lacking::Method => 3,
        Lacking::Header(_) => 4,
    };
    match verdict {
        Verdict::NotCors => VERDICTS[0],
        Verdict::Allowed(_) => VERDICTS[1],
        Verdict::NotAllowed(what) => VERDICTS[2 + lacking(what)],
        Verdict::Preflight(_) => VERDICTS[7],
        Verdict::Refused(Refused { lacking: None, .. }) => VERDICTS[8],
        Verdict::Refused(Refused {
            lacking: Some(what),
            ..
        }) => VERDICTS[9 + lacking(what)],
    }
}

#[derive(Debug, Clone)]
enum Kind {
    Missing,
    WithoutConfiguration,
    WithRules(Vec<Rule>),
}

fn buckets() -> impl Strategy<Value = Kind> {
    prop_oneof![
        1 => Just(Kind::Missing),
        1 => Just(Kind::WithoutConfiguration),
        28 => vec(rules(), 1..6).prop_map(Kind::WithRules),
        1 => vec(rules(), 90..=100).prop_map(Kind::WithRules),
    ]
}

#[test]
fn every_valid_configuration_survives_every_dialect() {
    let result = runner(1_000).run(&vec(storable_rules(true), 1..4), |rules| {
        let cors_rules = rules.iter().map(Into::into);
        let config = CorsConfiguration::new(cors_rules);
        prop_assert_eq!(config.check(), Ok(()));
        for dialect in DIALECTS {
            let text = config.to_text(dialect);
            let read = CorsConfiguration::from_text(&text);
            let expected = read_back(&config, dialect);
            prop_assert_eq!(read.as_ref(), Ok(&expected), "{}", text);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

#[test]
fn text_is_accepted_exactly_when_its_data_is() {
    let accepted = RefCell::new([0, 0]);
    let rules = prop_oneof![3 => storable_rules(true), 1 => storable_rules(false)];
    let result = runner(2_000).run(&vec(rules, 0..3), |rules| {
        let cors_rules = rules.iter().map(Into::into);
        let config = CorsConfiguration::new(cors_rules);
        let checked = config.check();
        accepted.borrow_mut()[usize::from(checked.is_ok())] += 1;
        for dialect in DIALECTS {
            let text = config.to_text(dialect);
            let read = CorsConfiguration::from_text(&text);
            prop_assert_eq!(
                read.is_ok(),
                checked.is_ok(),
                "{}\n{:?}\n{:?}",
                text,
                read,
                checked
            );
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let [refused, accepted] = accepted.into_inner();
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted >= 400 && refused >= 400);
}

/// Rules with any text a configuration can carry, or also with what it must not.
fn storable_rules(valid: bool) -> impl Strategy<Value = Rule> {
    let character = || {
        prop_oneof![
            8 => prop::char::range(' ', '~'),
            2 => select("\t\n\r&<>\"'\\]\u{7f}\u{85}\u{a0}\u{2028}\u{feff}".chars().collect::<Vec<_>>()),
            1 => any::<char>(),
        ]
        .prop_map(move |c| if valid && (c == '*' || is_not_xml(c)) { 'x' } else { c })
    };
    let text = move || vec(character(), 0..8).prop_map(String::from_iter);
    let pattern = move || {
        (text(), option::of(any::<Index>())).prop_map(|(mut text, star)| {
            if let Some(star) = star {
                let at = star.index(text.chars().count() + 1);
                let offset = text
                    .char_indices()
                    .nth(at)
                    .map_or(text.len(), |(offset, _)| offset);
                text.insert(offset, '*');
            }
            text
        })
    };
    let methods = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH", "get", ""];
    let exposed = ["ETag", "x-a!", "#$%&'+.^_`|~0", "*", "x y", ""];
    let least = usize::from(valid);
    let count = if valid { (5, 3) } else { (8, 6) };
    (
        option::of(text()),
        vec(pattern(), 0..3),
        vec(select(methods[..count.0].to_vec()), least..3),
        vec(pattern(), least..3),
        vec(select(exposed[..count.1].to_vec()), 0..2),
        option::of(any::<i64>()),
    )
        .prop_map(|(id, headers, methods, origins, exposed, seconds)| Rule {
            id,
            allowed_headers: headers,
            allowed_methods: methods.into_iter().map(Into::into).collect(),
            allowed_origins: origins,
            expose_headers: exposed.into_iter().map(Into::into).collect(),
            max_age_seconds: seconds,
        })
}

fn is_not_xml(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[test]
fn no_bytes_make_reading_panic() {
    let result = runner(4_000).run(&vec(any::<u8>(), 0..64), |bytes| {
        for beginning in ["", "[", "{", "<"] {
            read(&[beginning.as_bytes(), &bytes].concat());
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

#[test]
fn no_damage_to_a_text_makes_reading_panic() {
    let texts: Vec<String> = Corpus::load()
        .loads
        .into_iter()
        .map(|case| case.text)
        .collect();
    let fragment = prop_oneof![
        vec(any::<u8>(), 0..3),
        select(vec![
            "[",
            "]",
            "{",
            "}",
            "\"",
            ",",
            ":",
            "null",
            "*",
            "\\ud800",
            "\\u0041",
            "<",
            "</",
            "/>",
            "&",
            "<![CDATA[",
            "<!--",
            "<!DOCTYPE a [<!ENTITY b \"c\">]>",
            "\u{feff}",
            "1e999",
            "\"AllowedOrigins\":",
            "<CORSRule>"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let damage = vec((any::<Index>(), 0..3_usize, fragment), 1..3);
    let accepted = RefCell::new([0, 0]);
    let result = runner(4_000).run(&(select(texts), damage), |(text, damage)| {
        let mut bytes = text.into_bytes();
        for (at, removed, inserted) in damage {
            let at = at.index(bytes.len() + 1);
            let end = bytes.len().min(at + removed);
            bytes.splice(at..end, inserted);
        }
        accepted.borrow_mut()[usize::from(read(&bytes))] += 1;
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let [refused, accepted] = accepted.into_inner();
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted >= 50 && refused >= 50);
}

/// Reads bytes, and demands of any result what users rely on.
fn read(bytes: &[u8]) -> bool {
    match CorsConfiguration::from_slice(bytes) {
        Ok(config) => {
            assert_eq!(config.check(), Ok(()));
            assert!(CorsPolicy::new(&config).is_ok());
            true
        }
        Err(error) => {
            let shown = error.to_string();
            let lines = bytes.split(|&byte| byte == b'\n').count();
            assert!(!error.problems().is_empty());
            assert_eq!(shown.lines().count(), error.problems().len(), "{shown}");
            for problem in error.problems() {
                assert!(!problem.help().is_empty(), "{shown}");
                if let Some(position) = problem.place().position() {
                    assert!(position.offset <= bytes.len(), "{shown}");
                    assert!((1..=lines).contains(&position.line), "{shown}");
                    assert!(position.column >= 1, "{shown}");
                }
            }
            false
        }
    }
}
