//! Why a request is refused, and what allows it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::corpus::Rule;
use conformance::generate::{asking_for_patch, of_app, rules, runner};
use conformance::naive::{self, Bucket, Lacking, Refused, Request, Verdict};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use s3_cors::{AppRules, CorsConfiguration, CorsPolicy, CorsRule, Decision, ResourceType};
use s3_cors_analysis::RulePosition;
use s3_cors_analysis::explain::{
    Advice, Caution, Change, Condition, Explanation, Impossible, NoteCode, OriginDifference,
    OriginVerdict, explain, explain_with_app_rules,
};

use crate::{app_rules, configuration, of_object, place, rule};

#[track_caller]
fn preflight(config: &CorsConfiguration, origin: &str, method: &str, names: &str) -> Explanation {
    let mut headers: Vec<(&str, &[u8])> = vec![
        ("Origin", origin.as_bytes()),
        ("Access-Control-Request-Method", method.as_bytes()),
    ];
    if !names.is_empty() {
        headers.push(("Access-Control-Request-Headers", names.as_bytes()));
    }
    explain(Some(config), &of_object("OPTIONS", &headers)).expect("a valid configuration")
}

#[track_caller]
fn actual(config: &CorsConfiguration, method: &str, headers: &[(&str, &[u8])]) -> Explanation {
    explain(Some(config), &of_object(method, headers)).expect("a valid configuration")
}

fn notes(explanation: &Explanation) -> Vec<NoteCode> {
    explanation.notes.iter().map(|note| note.code).collect()
}

fn changes(explanation: &Explanation) -> Vec<String> {
    match &explanation.advice {
        Advice::Change(suggestion) => suggestion.changes.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

type Lines<'a> = &'a [(&'a str, &'a [u8])];

/// Origins, methods and more of a rule.
type RuleText = (&'static str, &'static str, &'static str);
type Texts = &'static [&'static str];
type Staple = (
    &'static str,
    &'static [RuleText],
    &'static str,
    &'static str,
    &'static str,
    Texts,
    Texts,
);

/// The symptom, the rules, the origin, the method, the requested headers, what fails in each
/// rule, and what would allow it.
const STAPLES: [Staple; 9] = [
    (
        "a trailing slash never matches",
        &[("https://a.com/", "GET", "")],
        "https://a.com",
        "GET",
        "",
        &[
            "no AllowedOrigin matches; \"https://a.com/\" is closest: it ends with a slash, \
             which no browser's Origin does",
        ],
        &["add \"https://a.com\" to CORSRules[0].AllowedOrigins"],
    ),
    (
        "subdomains do not include the domain itself",
        &[("https://*.a.com", "GET", "")],
        "https://a.com",
        "GET",
        "",
        &[
            "no AllowedOrigin matches; \"https://*.a.com\" is closest: its \"*.\" matches \
             subdomains, but not the domain itself",
        ],
        &["add \"https://a.com\" to CORSRules[0].AllowedOrigins"],
    ),
    (
        "localhost without a port is not the development server",
        &[("http://localhost", "GET", "")],
        "http://localhost:5173",
        "GET",
        "",
        &["no AllowedOrigin matches; \"http://localhost\" is closest: the port differs"],
        &["add \"http://localhost:5173\" to CORSRules[0].AllowedOrigins"],
    ),
    (
        "a preflight with content-type needs AllowedHeaders",
        &[("https://a.com", "PUT", "")],
        "https://a.com",
        "PUT",
        "content-type,x-amz-acl",
        &["no AllowedHeader matches \"content-type\""],
        &[
            "add \"content-type\" to CORSRules[0].AllowedHeaders",
            "add \"x-amz-acl\" to CORSRules[0].AllowedHeaders",
        ],
    ),
    (
        "the first header that no pattern allows is named",
        &[("https://a.com", "PUT", r#""AllowedHeaders": ["Content-*"]"#)],
        "https://a.com",
        "PUT",
        "content-type,authorization,x-amz-date",
        &["no AllowedHeader matches \"authorization\""],
        &[
            "add \"authorization\" to CORSRules[0].AllowedHeaders",
            "add \"x-amz-date\" to CORSRules[0].AllowedHeaders",
        ],
    ),
    (
        "HEAD is not implied by GET",
        &[("https://a.com", "GET", "")],
        "https://a.com",
        "HEAD",
        "",
        &["HEAD is not in AllowedMethods"],
        &["add \"HEAD\" to CORSRules[0].AllowedMethods"],
    ),
    (
        "the conditions are never combined across rules",
        &[("https://a.com", "GET", ""), ("https://b.com", "PUT", "")],
        "https://a.com",
        "PUT",
        "",
        &["PUT is not in AllowedMethods", "no AllowedOrigin matches"],
        &["add \"PUT\" to CORSRules[0].AllowedMethods"],
    ),
    (
        "the rule that lacks least is changed",
        &[("https://b.com", "GET", ""), ("https://b.com", "PUT", "")],
        "https://a.com",
        "PUT",
        "",
        &[
            "no AllowedOrigin matches; PUT is not in AllowedMethods",
            "no AllowedOrigin matches",
        ],
        &["add \"https://a.com\" to CORSRules[1].AllowedOrigins"],
    ),
    (
        "a page without an origin of its own is null",
        &[("https://a.com", "GET", "")],
        "null",
        "GET",
        "",
        &["no AllowedOrigin matches"],
        &["add \"null\" to CORSRules[0].AllowedOrigins"],
    ),
];

#[test]
fn what_people_ask_is_answered() {
    for (symptom, rules, origin, method, names, verdicts, expected) in STAPLES {
        let rules: Vec<_> = rules.iter().map(|(o, m, more)| rule(o, m, more)).collect();
        let config = configuration(&format!("[{}]", rules.join(",")));
        let explanation = preflight(&config, origin, method, names);
        let found: Vec<_> = explanation.rules.iter().map(ToString::to_string).collect();
        assert_eq!(found, verdicts, "{symptom}");
        assert_eq!(changes(&explanation), expected, "{symptom}");
        let Advice::Change(suggestion) = explanation.advice else {
            unreachable!("it has changes")
        };
        let changed = suggestion.apply(Some(&config));
        assert!(
            preflight(&changed, origin, method, names)
                .outcome
                .is_allowed(),
            "{symptom}"
        );
    }
}

#[test]
fn what_no_configuration_cures_is_said() {
    let config = configuration(&format!("[{}]", rule("https://a.com", "GET", "")));
    let acrm = "Access-Control-Request-Method";
    let cases: [(Lines<'_>, Impossible); 7] = [
        (&[], Impossible::NoOrigin),
        (&[("Origin", b""), (acrm, b"GET")], Impossible::NoOrigin),
        (
            &[("Origin", b"https://a.com")],
            Impossible::NoRequestedMethod,
        ),
        (
            &[("Origin", b"https://a.com"), (acrm, b"PATCH")],
            Impossible::UnsupportedMethod {
                method: b"PATCH".to_vec(),
                meant: None,
            },
        ),
        (
            &[("Origin", b"https://a.com"), (acrm, b"put")],
            Impossible::UnsupportedMethod {
                method: b"put".to_vec(),
                meant: Some("PUT"),
            },
        ),
        (
            &[("Origin", b"https://*"), (acrm, b"GET")],
            Impossible::WildcardInOrigin,
        ),
        (
            &[("Origin", b"https://\xff"), (acrm, b"GET")],
            Impossible::OriginNotText,
        ),
    ];
    for (headers, expected) in cases {
        let explanation = actual(&config, "OPTIONS", headers);
        assert_eq!(
            explanation.advice,
            Advice::Impossible(expected),
            "{headers:?}"
        );
        assert_eq!(explanation.alternative, None, "{headers:?}");
    }
    let starred = preflight(&config, "https://a.com", "GET", "x-*");
    let name = "x-*".to_owned();
    assert_eq!(
        starred.advice,
        Advice::Impossible(Impossible::WildcardInHeader { name })
    );
}

#[test]
fn a_full_configuration_takes_no_further_rule() {
    let one = rule("https://a.com", "GET", "");
    let config = configuration(&format!("[{}]", vec![one; 100].join(",")));
    let explanation = preflight(&config, "https://b.com", "PUT", "");
    assert_eq!(changes(&explanation).len(), 2);
    assert_eq!(explanation.alternative, None);

    let long = format!("\"AllowedHeaders\": [\"{}\"]", "x".repeat(65_200));
    let config = configuration(&format!("[{}]", rule("https://a.com", "GET", &long)));
    let explanation = preflight(&config, &format!("https://{}", "b".repeat(500)), "GET", "");
    assert_eq!(explanation.advice, Advice::Impossible(Impossible::Full));
}

#[test]
fn a_change_that_allows_more_than_was_asked_says_so() {
    let config = configuration(&format!("[{}]", rule("https://a.com *", "GET", "")));
    let put = preflight(&config, "https://a.com", "PUT", "");
    let Advice::Change(suggestion) = put.advice else {
        panic!("{:?}", put.advice)
    };
    assert_eq!(suggestion.cautions, [Caution::MoreForOthers { rule: 0 }]);
    let own = put.alternative.expect("a rule of its own");
    assert!(own.cautions.is_empty());
    assert!(matches!(&own.changes[..], [Change::AddRule { rule }]
        if rule.allowed_origins == ["https://a.com"] && rule.allowed_methods == ["PUT"]));

    let config = configuration(&format!("[{}]", rule("https://a.com", "GET DELETE", "")));
    let get = preflight(&config, "null", "GET", "");
    let Advice::Change(suggestion) = get.advice else {
        panic!("{:?}", get.advice)
    };
    let methods = vec!["DELETE".to_owned()];
    assert_eq!(
        suggestion.cautions,
        [
            Caution::NullOrigin,
            Caution::MoreForOrigin { rule: 0, methods }
        ]
    );
}

#[test]
fn without_origin_the_answer_has_no_vary_and_may_be_kept() {
    let config = configuration(&format!("[{}]", rule("*", "GET", "")));
    let explanation = actual(&config, "GET", &[("Referer", b"https://a.com/")]);
    assert_eq!(notes(&explanation), [NoteCode::NoOrigin]);
    assert!(explanation.headers.is_empty() && explanation.rules.is_empty());
    assert_eq!(explanation.advice, Advice::None);
}

#[test]
fn a_star_means_no_credentials_and_an_echo_means_caches_must_forward_origin() {
    let get: &[(&str, &[u8])] = &[("Origin", b"https://a.com")];
    let star = configuration(&format!("[{}]", rule("*", "GET", "")));
    let star = notes(&actual(&star, "GET", get));
    assert_eq!(
        star,
        [
            NoteCode::AnyOriginWithoutCredentials,
            NoteCode::CorsIsNotAuthorization
        ]
    );
    let echo = configuration(&format!(
        "[{}]",
        rule("https://a.com https://b.com", "GET", "")
    ));
    let echo = notes(&actual(&echo, "GET", get));
    assert_eq!(
        echo,
        [NoteCode::VariesByOrigin, NoteCode::CorsIsNotAuthorization]
    );
}

#[test]
fn an_upload_that_cannot_read_its_etag_is_noted() {
    let upload: &[(&str, &[u8])] = &[("Origin", b"https://a.com")];
    for (more, noted) in [("", true), (r#""ExposeHeaders": ["x", "etag"]"#, false)] {
        let config = configuration(&format!("[{}]", rule("https://a.com", "PUT", more)));
        let found = notes(&actual(&config, "PUT", upload));
        assert_eq!(found.contains(&NoteCode::EtagNotExposed), noted, "{more}");
    }
}

#[test]
fn an_actual_request_that_is_not_allowed_is_done_all_the_same() {
    let config = configuration(&format!("[{}]", rule("https://a.com", "GET", "")));
    let put = actual(&config, "PUT", &[("Origin", b"https://a.com")]);
    assert_eq!(notes(&put), [NoteCode::ServedAnyway]);
    let asks: &[(&str, &[u8])] = &[
        ("Origin", b"https://a.com"),
        ("Access-Control-Request-Method", b"PUT"),
    ];
    let get = actual(&config, "GET", asks);
    assert_eq!(
        notes(&get),
        [NoteCode::RequestedMethodCounts, NoteCode::ServedAnyway]
    );
    assert_eq!(get.rules[0].failed(), Some(Condition::Method));
}

#[test]
fn a_preflight_that_browsers_forget_at_once_is_noted() {
    for (more, noted) in [("", true), (r#""MaxAgeSeconds": 600"#, false)] {
        let config = configuration(&format!("[{}]", rule("https://a.com", "GET", more)));
        let found = notes(&preflight(&config, "https://a.com", "GET", ""));
        assert_eq!(found.contains(&NoteCode::NotRemembered), noted, "{more}");
    }
}

#[test]
fn a_bucket_without_configuration_gets_one() {
    let headers: &[(&str, &[u8])] = &[
        ("Origin", b"https://a.com"),
        ("Access-Control-Request-Method", b"PUT"),
        ("Access-Control-Request-Headers", b"content-type"),
    ];
    let request = of_object("OPTIONS", headers);
    let explanation = explain(None, &request).expect("there is nothing to be wrong");
    assert_eq!(notes(&explanation), [NoteCode::NotEnabled]);
    let Advice::Change(suggestion) = explanation.advice else {
        panic!()
    };
    let created = suggestion.apply(None);
    let expected = CorsRule::new(["https://a.com"], ["PUT"]).allowed_headers(["content-type"]);
    assert_eq!(created.cors_rules, [expected]);
}

#[test]
fn the_origin_that_comes_closest_has_its_entry() {
    let config = configuration(&format!(
        "[{}]",
        rule("https://b.com http://a.com", "GET", "")
    ));
    let explanation = preflight(&config, "https://a.com", "GET", "");
    let OriginVerdict::NotAllowed {
        closest: Some(closest),
    } = &explanation.rules[0].origin
    else {
        panic!("{:?}", explanation.rules)
    };
    assert_eq!(
        (closest.entry, closest.difference),
        (1, OriginDifference::Scheme)
    );
}

fn decided<'a>(
    headers: &'a [(&'a str, &'a [u8])],
    request: &'a Request,
) -> s3_cors::RequestParts<'a> {
    s3_cors::RequestParts::new(&request.method, headers).resource_type(match request.is_bucket {
        true => ResourceType::Bucket,
        false => ResourceType::Object,
    })
}

#[test]
fn what_is_explained_is_what_happens_and_what_is_suggested_helps() {
    let seen = RefCell::new(BTreeMap::<&str, u32>::new());
    let count = |what| *seen.borrow_mut().entry(what).or_default() += 1;
    let app = option::weighted(0.3, vec(rules().prop_flat_map(of_app), 1..3));
    let cases = (vec(rules(), 0..5), app, vec(asking_for_patch(), 6));
    let result = runner(3_000).run(&cases, |(rules, app, requests)| {
        let rules: Vec<Rule> = rules.into_iter().map(as_browsers_send).collect();
        let config = CorsConfiguration::new(rules.iter().map(Into::into));
        let config = (!rules.is_empty()).then_some(&config);
        let app: Vec<Rule> = app.into_iter().flatten().map(as_browsers_send).collect();
        let of_app = app_rules(&app);
        // Naively, all rules are a single list.
        let rules = [rules, app].concat();
        for mut request in requests {
            for (name, value) in &mut request.headers {
                if name == "Origin" && !value.is_empty() && value.iter().all(u8::is_ascii) {
                    let word = String::from_utf8_lossy(value).to_lowercase();
                    *value = format!("https://{word}").into_bytes();
                }
            }
            check(config, &of_app, &rules, &request, &count)?;
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    println!("{seen:?}");
    for what in [
        "allowed",
        "suggested",
        "own rule",
        "impossible",
        "origin",
        "method",
        "headers",
        "a rule of the app",
    ] {
        let count = seen.get(what).copied().unwrap_or_default();
        assert!(count >= 200, "only {count} times: {what}");
    }
}

/// The words of a rule's origins with a scheme before them, so that browsers can send them.
fn as_browsers_send(mut rule: Rule) -> Rule {
    for entry in &mut rule.allowed_origins {
        *entry = match entry.to_lowercase() {
            wild if wild.starts_with('*') => wild,
            word => format!("https://{word}"),
        };
    }
    rule
}

fn check(
    config: Option<&CorsConfiguration>,
    app: &AppRules,
    rules: &[Rule],
    request: &Request,
    count: &impl Fn(&'static str),
) -> Result<(), TestCaseError> {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let plain = decided(&headers, request);
    let explanation = explain_with_app_rules(config, app, &plain).expect("valid");
    let of_bucket = rules.len() - app.rules().len();
    let at = |rule: RulePosition| place(rule, of_bucket);

    let bucket = match rules {
        [] => Bucket::WithoutConfiguration,
        rules => Bucket::WithRules(rules),
    };
    let expected = naive::decide(bucket, request);
    let (rule, lines) = match &expected {
        Verdict::Allowed(headers) | Verdict::Preflight(headers) => {
            (Some(headers.rule), headers.lines.clone())
        }
        _ => (None, Vec::new()),
    };
    prop_assert_eq!(explanation.outcome.rule().map(at), rule);
    if explanation.outcome.rule().is_some_and(RulePosition::is_app) {
        count("a rule of the app");
    }
    prop_assert_eq!(&explanation.headers, &lines);
    let first = explanation.rules.iter().find(|verdict| verdict.allows());
    let known = !matches!(&expected, Verdict::Refused(Refused { lacking: None, .. }));
    prop_assert_eq!(
        first.map(|verdict| at(verdict.rule)),
        rule.filter(|_| known)
    );

    for verdict in &explanation.rules {
        let rule = at(verdict.rule);
        let alone = naive::decide(Bucket::WithRules(&rules[rule..=rule]), request);
        let lacking = match &alone {
            Verdict::NotAllowed(lacking) => Some(lacking),
            Verdict::Refused(refused) => refused.lacking.as_ref(),
            _ => None,
        };
        let failed = match lacking {
            Some(Lacking::Origin) => Some(Condition::Origin),
            Some(Lacking::Method) => Some(Condition::Method),
            Some(Lacking::Header(_)) => Some(Condition::Headers),
            _ => None,
        };
        if known {
            prop_assert_eq!(verdict.failed(), failed, "{:?}", request);
        }
        for condition in verdict.failures() {
            count(match condition {
                Condition::Origin => "origin",
                Condition::Method => "method",
                _ => "headers",
            });
        }
    }

    match &explanation.advice {
        Advice::None => {
            count("allowed");
            prop_assert!(rule.is_some() || expected == Verdict::NotCors);
        }
        Advice::Impossible(_) => {
            count("impossible");
            prop_assert!(rule.is_none());
        }
        Advice::Change(suggestion) => {
            count("suggested");
            prop_assert!(rule.is_none());
            let ways = std::iter::once(suggestion).chain(&explanation.alternative);
            for way in ways {
                let changed = way.apply(config);
                let policy = CorsPolicy::new(&changed).expect("a suggestion is valid");
                let allowed = matches!(
                    policy.decide(&plain),
                    Decision::Allowed(_) | Decision::Preflight(_)
                );
                prop_assert!(allowed, "{:?} does not help", way);
                prop_assert_eq!(
                    stars(&changed),
                    config.map_or(0, stars),
                    "no wildcard is added"
                );
            }
            if let Some(own) = &explanation.alternative {
                count("own rule");
                prop_assert!(entries(&suggestion.apply(config)) <= entries(&own.apply(config)));
            }
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

fn lists(config: &CorsConfiguration) -> impl Iterator<Item = &String> {
    config.cors_rules.iter().flat_map(|rule| {
        let lists = [
            &rule.allowed_origins,
            &rule.allowed_methods,
            &rule.allowed_headers,
        ];
        lists.into_iter().flatten()
    })
}

fn stars(config: &CorsConfiguration) -> usize {
    lists(config).filter(|entry| entry.contains('*')).count()
}

fn entries(config: &CorsConfiguration) -> usize {
    lists(config).count()
}
