//! The corpus against the engine itself.

use conformance::answer::{Answer, Report, Scope, check_all};
use conformance::corpus::{Api, Config, Corpus, Eval, ExpectedProblem, LoadExpect};
use conformance::dialects::read_back;
use s3_cors::{
    ConfigError, CorsConfiguration, CorsHeaders, CorsPolicy, CorsRule, Decision, Dialect,
    RequestParts,
};

const DIALECTS: [Dialect; 5] = [
    Dialect::Console,
    Dialect::Cli,
    Dialect::CliInput,
    Dialect::CloudFormation,
    Dialect::Xml,
];

#[test]
fn every_request_is_decided_as_its_case_expects() {
    let corpus = Corpus::load();
    check_all("engine", Scope::CorsHeaders, &corpus.evals, |case| {
        decided(case, &case.policy())
    });
}

#[test]
fn a_policy_from_data_decides_as_one_from_text() {
    let corpus = Corpus::load();
    let with_rules = corpus
        .evals
        .iter()
        .filter(|case| case.bucket_exists && case.cors.is_some());
    check_all(
        "engine, from data",
        Scope::CorsHeaders,
        with_rules,
        |case| {
            let config =
                Config::of(case.cors.as_ref().expect("filtered")).expect("a configuration");
            let policy = CorsPolicy::new(&CorsConfiguration::from(&config)).expect("it is valid");
            decided(case, &policy)
        },
    );
}

fn decided(case: &Eval, policy: &CorsPolicy) -> Answer {
    let headers: Vec<_> = case.request.header_lines().collect();
    let request = RequestParts::new(&case.request.method, &headers)
        .resource_type(case.request.resource_type());
    match policy.decide(&request) {
        Decision::NotCors | Decision::NotAllowed(_) => Answer::default(),
        Decision::Allowed(headers) => with_headers(&headers),
        Decision::Preflight(headers) => Answer {
            status: 200,
            ..with_headers(&headers)
        },
        Decision::Refused(refusal) => Answer {
            status: refusal.status(),
            body: refusal.to_xml("id", "host").into(),
            ..Answer::default()
        },
    }
}

fn with_headers(headers: &CorsHeaders<'_>) -> Answer {
    let line = |(name, value): (&str, &[u8])| (name.to_owned(), value.to_vec());
    Answer {
        headers: headers.iter().map(line).collect(),
        ..Answer::default()
    }
}

#[test]
fn every_configuration_is_accepted_or_refused_as_put_bucket_cors_does() {
    let mut report = Report::on("PutBucketCors, from text");
    for case in &Corpus::load().apis {
        let result = CorsConfiguration::from_text(&case.config().to_string());
        let mut differences = put_differences(case, result.as_ref().err());
        if let (Ok(read), Some(stored)) = (&result, &case.expect.get) {
            let stored = Config::of(stored).expect("a configuration");
            if *read != CorsConfiguration::from(&stored) {
                differences.push(format!("stored {read:?}, not {stored:?}"));
            }
        }
        if let Ok(read) = &result {
            differences.extend(round_trips(read));
        }
        report.case(&case.id, &differences);
    }
    report.finish();
}

#[test]
fn check_accepts_and_refuses_data_as_put_bucket_cors_does() {
    let mut report = Report::on("PutBucketCors, from data");
    for case in &Corpus::load().apis {
        // Values of another type are no matter for data that has types.
        if let Ok(config) = Config::of(&case.config()) {
            let result = CorsConfiguration::from(&config).check();
            report.case(&case.id, &put_differences(case, result.as_ref().err()));
        }
    }
    report.finish();
}

fn put_differences(case: &Api, error: Option<&ConfigError>) -> Vec<String> {
    let Some(error) = error else {
        let accepted = case.expect.status == 200;
        return (!accepted).then(|| "accepted".into()).into_iter().collect();
    };
    if case.expect.status == 200 {
        return vec![format!("refused: {error}")];
    }
    let claims: Vec<_> = error
        .problems()
        .iter()
        .filter_map(|p| p.s3_error())
        .collect();
    let Some(expected) = &case.expect.error else {
        return Vec::new();
    };
    let found = match (&expected.code, &expected.message) {
        (None, _) => claims.is_empty(),
        (Some(code), None) => claims.iter().any(|claim| claim.code() == code),
        (Some(code), Some(message)) => claims
            .iter()
            .any(|claim| claim.code() == code && claim.message() == Some(message)),
    };
    let difference = || format!("S3's error {claims:?}, not {expected:?}");
    (!found).then(difference).into_iter().collect()
}

#[test]
fn every_text_is_read_or_refused_as_its_case_expects() {
    let mut report = Report::on("load");
    for case in &Corpus::load().loads {
        let result = CorsConfiguration::from_text(&case.text);
        let differences = match (&result, &case.expect) {
            (Ok(read), LoadExpect::Config(expected)) => {
                let expected = Config::of(expected).expect("a configuration");
                let mut differences = round_trips(read);
                if *read != CorsConfiguration::from(&expected) {
                    differences.push(format!("read {read:?}, not {expected:?}"));
                }
                differences
            }
            (Err(error), LoadExpect::Problems(expected)) => {
                let missing = expected
                    .iter()
                    .filter(|expected| !is_found(expected, error));
                missing
                    .map(|expected| format!("{expected:?} is not in:\n    {error}"))
                    .collect()
            }
            (Ok(read), LoadExpect::Problems(_)) => vec![format!("read as {read:?}")],
            (Err(error), LoadExpect::Config(_)) => vec![format!("refused: {error}")],
        };
        report.case(&case.id, &differences);
    }
    report.finish();
}

fn is_found(expected: &ExpectedProblem, error: &ConfigError) -> bool {
    error.problems().iter().any(|problem| {
        let help = problem.help().to_lowercase();
        let shown = problem.to_string().to_lowercase();
        expected
            .place
            .as_ref()
            .is_none_or(|place| problem.place().to_string() == *place)
            && expected
                .contains
                .iter()
                .all(|part| help.contains(part) && shown.contains(part))
            && expected.code.as_ref().is_none_or(|code| {
                problem
                    .s3_error()
                    .is_some_and(|s3_error| s3_error.code() == code)
            })
    })
}

fn round_trips(config: &CorsConfiguration) -> Vec<String> {
    let failed = DIALECTS.into_iter().filter_map(|dialect| {
        let text = config.to_text(dialect);
        match CorsConfiguration::from_text(&text) {
            Ok(read) if read == read_back(config, dialect) => None,
            Ok(read) => Some(format!("{dialect:?} comes back as {read:?}")),
            Err(error) => Some(format!("{dialect:?} is not read back: {error}")),
        }
    });
    failed.collect()
}

#[test]
fn serde_writes_and_reads_the_form_of_the_cli() {
    let mut report = Report::on("serde");
    for case in &Corpus::load().loads {
        let Ok(config) = CorsConfiguration::from_text(&case.text) else {
            continue;
        };
        let mut differences = Vec::new();
        let value = serde_json::to_value(&config).expect("plain data");
        let written: serde_json::Value =
            serde_json::from_str(&config.to_text(Dialect::Cli)).expect("JSON");
        if value != written {
            differences.push(format!("serde writes {value}, to_text {written}"));
        }
        match serde_json::from_value::<CorsConfiguration>(value) {
            Ok(read) if read == config => {}
            other => differences.push(format!("serde reads back {other:?}")),
        }
        report.case(&case.id, &differences);
    }
    report.finish();
}

#[test]
fn a_configuration_just_within_s3s_limit_survives_every_dialect() {
    let mut rule = CorsRule::new(["https://www.example.com"; 16], ["GET"]);
    // CloudFormation sends one in any case, which takes room.
    rule.max_age_seconds = Some(0);
    let mut config = CorsConfiguration::default();
    while config.check().is_ok() || config.cors_rules.is_empty() {
        config.cors_rules.push(rule.clone());
    }
    config.cors_rules.pop();
    assert!(config.cors_rules.len() > 60 && config.cors_rules.len() < 100);
    assert_eq!(round_trips(&config), [""; 0]);
}
