//! Responses that are not valid rules: the old rules stay in force, the error says what is wrong and
//! what to do, and the next valid response is applied.

use conformance_sources::client::{OWNER, TOKEN, client, client_with_token};
use conformance_sources::configurations::good;
use conformance_sources::fake::{ECHO, Fake, Response};
use conformance_sources::logs::Logs;
use conformance_sources::wait::until_failing;
use s3_cors::{CorsConfiguration, Dialect, SharedPolicy};
use s3_cors_sources::BucketErrorKind::{self, *};
use s3_cors_sources::SourceError;
use s3_cors_sources::aws_sdk_s3::Client;
use s3_cors_sources::aws_sdk_s3::config::Region;
use tokio::task::JoinSet;
use tracing::Level;

use crate::{bucket_error, eager, failure, on_demand, well};

const BUCKET: &str = "my-bucket";

fn good_response(word: &str) -> Response {
    Response::xml(200, good(word).to_text(Dialect::Xml))
}

fn rules(inside: &str) -> Response {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    Response::xml(
        200,
        format!(
            "<?xml version=\"1.0\"?>\n<CORSConfiguration xmlns=\"{namespace}\">{inside}</CORSConfiguration>"
        ),
    )
}

fn rule(inside: &str) -> Response {
    rules(&format!(
        "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>{inside}</CORSRule>"
    ))
}

fn many(count: usize) -> Response {
    let mut configuration = CorsConfiguration::default();
    for number in 0..count {
        let word = format!("number-{number}");
        configuration.cors_rules.append(&mut good(&word).cors_rules);
    }
    Response::xml(200, configuration.to_text(Dialect::Xml))
}

fn long(bytes: usize) -> Response {
    let origin = format!("https://{}.example", "a".repeat(bytes));
    rules(&format!(
        "<CORSRule><AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
    ))
}

/// Each with the kind of failure, what the error must say, and why the row is there.
fn table() -> Vec<(&'static str, Response, BucketErrorKind, &'static str)> {
    let page = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Wi-Fi</body></html>";
    let redirect = Response::error(301, "PermanentRedirect", "The bucket is elsewhere.");
    vec![
        // What S3 says.
        (
            "a missing permission",
            Response::error(403, "AccessDenied", "Access Denied"),
            AccessDenied,
            "s3:GetBucketCORS on arn:aws:s3:::my-bucket",
        ),
        (
            "a missing bucket",
            Response::error(404, "NoSuchBucket", "The specified bucket does not exist"),
            NoSuchBucket,
            "the bucket's name",
        ),
        (
            "throttling",
            Response::error(503, "SlowDown", "Please reduce your request rate."),
            Throttled,
            "(503 SlowDown): Please reduce",
        ),
        (
            "throttling without a word",
            Response::xml(503, ""),
            Throttled,
            "(503)",
        ),
        (
            "throttling by something else",
            Response::xml(429, "slowly"),
            Throttled,
            "(429)",
        ),
        (
            "a fault of S3",
            Response::error(500, "InternalError", "We encountered an internal error."),
            ServerError,
            "(request id REQUEST-ID, HOST-ID)",
        ),
        (
            "a fault of a gateway",
            Response::xml(502, "<html>Bad Gateway</html>"),
            ServerError,
            "(502)",
        ),
        (
            "another region",
            redirect.with("x-amz-bucket-region", "eu-central-1"),
            WrongRegion,
            "the bucket's region, eu-central-1",
        ),
        (
            "an unknown key",
            Response::error(403, "InvalidAccessKeyId", OWNER.0),
            BadCredentials,
            "valid credentials",
        ),
        (
            "a wrong signature",
            Response::error(403, "SignatureDoesNotMatch", OWNER.1),
            BadCredentials,
            "(403 SignatureDoesNotMatch)",
        ),
        (
            "a wrong clock",
            Response::error(403, "RequestTimeTooSkewed", "The difference is too large."),
            BadCredentials,
            "clock",
        ),
        (
            "something new",
            Response::error(400, "Surprise", "What?"),
            Other,
            "(400 Surprise): What?",
        ),
        // What looks like a bucket without rules.
        (
            "a 404 of somebody else",
            Response::xml(404, ""),
            Other,
            "(404 NotFound)",
        ),
        (
            "a 404 with a page",
            Response::xml(404, page),
            Other,
            "(404)",
        ),
        (
            "the right code with the wrong status",
            Response::error(500, "NoSuchCORSConfiguration", "?"),
            ServerError,
            "(500 NoSuchCORSConfiguration)",
        ),
        // What is not XML of a configuration, though all is said to be well.
        (
            "a page",
            Response::xml(200, page).with("content-type", "text/html"),
            NotAConfiguration,
            "its body, of type \"text/html\", is not XML",
        ),
        (
            "nothing",
            Response::xml(200, ""),
            NotAConfiguration,
            "empty",
        ),
        (
            "no content",
            Response::xml(204, ""),
            NotAConfiguration,
            "empty",
        ),
        (
            "an error that says it is well",
            Response {
                status: 200,
                ..Response::error(200, "InternalError", "?")
            },
            NotAConfiguration,
            "<Error>",
        ),
        (
            "good rules in JSON",
            Response::xml(200, good("json").to_text(Dialect::Cli)),
            NotAConfiguration,
            "not XML",
        ),
        (
            "rules of another service",
            Response::xml(200, "<CORSConfiguration xmlns=\"urn:other\"/>"),
            NotAConfiguration,
            "urn:other",
        ),
        (
            "bytes that are no text",
            Response::xml(
                200,
                b"<CORSConfiguration>\xff\xfe</CORSConfiguration>".to_vec(),
            ),
            NotAConfiguration,
            "UTF-8",
        ),
        // What the SDK would take for rules, or for none.
        (
            "no rules",
            rules(""),
            InvalidConfiguration,
            "there are no rules",
        ),
        (
            "a rule of another name",
            rules("<Rule><AllowedOrigin>*</AllowedOrigin></Rule>"),
            InvalidConfiguration,
            "Rule",
        ),
        (
            "an unknown member",
            rule("<AllowedCredential>*</AllowedCredential>"),
            InvalidConfiguration,
            "AllowedCredential",
        ),
        (
            "no methods",
            rules("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>"),
            InvalidConfiguration,
            "AllowedMethod",
        ),
        (
            "an age that is none",
            rule("<MaxAgeSeconds>soon</MaxAgeSeconds>"),
            InvalidConfiguration,
            "soon",
        ),
        (
            "a method S3 does not know",
            rule("<AllowedMethod>PATCH</AllowedMethod>"),
            InvalidConfiguration,
            "PATCH",
        ),
        // What breaks the limits.
        ("101 rules", many(101), InvalidConfiguration, "100"),
        (
            "65 KB",
            long(65 * 1024),
            InvalidConfiguration,
            "allows 65536 bytes",
        ),
        ("two megabytes", long(2 * 1024 * 1024), Truncated, "limit"),
    ]
}

#[tokio::test]
async fn no_other_response_changes_the_rules() {
    let mut all = JoinSet::new();
    for (name, response, kind, part) in table() {
        all.spawn(async move {
            let fake = Fake::new(good_response("one")).await;
            let policy = SharedPolicy::pending();
            let handle = eager(client(fake.address(), OWNER), BUCKET).follow(&policy);
            well(&policy, Some(&good("one"))).await;

            fake.set(response);
            let status = until_failing(&policy).await;
            assert_eq!(
                (status.version(), status.configuration()),
                (1, Some(&good("one"))),
                "{name}"
            );
            let error = bucket_error(failure(&status));
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert!(error.to_string().contains(part), "{name}: {error}");
            assert!(
                error.to_string().starts_with("s3://my-bucket: "),
                "{name}: {error}"
            );
            assert_eq!(error.bucket(), BUCKET);
            println!("{name}:\n    {error}");
            drop(handle);

            // Told to slow down, it would take longer.
            fake.set(good_response("two"));
            let handle = on_demand(client(fake.address(), OWNER), BUCKET).follow(&policy);
            handle.first_load().await.expect("it is followed");
            let status = policy.status();
            assert!(!status.is_failing(), "{name}");
            assert_eq!(
                (status.version(), status.configuration()),
                (2, Some(&good("two"))),
                "{name}"
            );
        });
    }
    while let Some(checked) = all.join_next().await {
        if let Err(error) = checked {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

#[tokio::test]
async fn the_same_source_recovers_by_itself() {
    for response in [
        Response::error(403, "AccessDenied", "Access Denied"),
        Response::error(503, "SlowDown", "Please reduce your request rate."),
        rules(""),
    ] {
        let fake = Fake::new(response).await;
        let policy = SharedPolicy::pending();
        let handle = eager(client(fake.address(), OWNER), BUCKET).follow(&policy);
        assert!(until_failing(&policy).await.is_pending());
        fake.set(good_response("one"));
        handle.first_load().await.expect("it is followed");
        assert_eq!(well(&policy, Some(&good("one"))).await.version(), 1);
    }
}

#[tokio::test]
async fn only_a_404_that_says_so_means_a_bucket_without_rules() {
    let none = Response::error(
        404,
        "NoSuchCORSConfiguration",
        "The CORS configuration does not exist",
    );
    let fake = Fake::new(good_response("one")).await;
    let policy = SharedPolicy::pending();
    let handle = on_demand(client(fake.address(), OWNER), BUCKET).follow(&policy);
    handle.first_load().await.expect("it is followed");
    fake.set(none);
    let replaced = handle.refresh().await.expect("that is no failure");
    assert_eq!(
        (replaced.after.version(), replaced.after.configuration()),
        (2, None)
    );
    assert!(policy.status().last_failure().is_none());
}

#[tokio::test]
async fn all_that_is_wrong_with_the_rules_is_told_at_once() {
    let wrong = rule("<AllowedMethod>PATCH</AllowedMethod><MaxAgeSeconds>soon</MaxAgeSeconds>");
    let fake = Fake::new(wrong).await;
    let handle = on_demand(client(fake.address(), OWNER), BUCKET).follow(&SharedPolicy::pending());
    let error = handle
        .first_attempt()
        .await
        .expect_err("S3 would not take it");
    let configuration = bucket_error(&error).configuration_error();
    assert_eq!(
        configuration.map(|error| error.problems().len()),
        Some(2),
        "{error}"
    );
}

#[tokio::test]
async fn an_expected_owner_is_sent_and_named_in_the_cure() {
    let fake = Fake::new(Response::error(403, "AccessDenied", "Access Denied")).await;
    let handle = on_demand(client(fake.address(), OWNER), BUCKET)
        .expected_bucket_owner("111122223333")
        .follow(&SharedPolicy::pending());
    let error = handle.first_attempt().await.expect_err("denied");
    assert!(
        error
            .to_string()
            .contains("still belongs to account 111122223333"),
        "{error}"
    );
    let request = fake.latest_request().to_ascii_lowercase();
    assert!(
        request.contains("x-amz-expected-bucket-owner: 111122223333"),
        "{request}"
    );
    assert!(
        request.starts_with("get /my-bucket/?cors http/1.1"),
        "{request}"
    );
}

#[tokio::test]
async fn a_client_without_a_region_is_told_what_it_lacks() {
    let fake = Fake::new(good_response("one")).await;
    let config = client(fake.address(), OWNER).config().to_builder();
    let client = Client::from_conf(config.region(None::<Region>).build());
    let handle = on_demand(client, BUCKET).follow(&SharedPolicy::pending());
    let error = handle.first_attempt().await.expect_err("it lacks one");
    let error = bucket_error(&error);
    assert_eq!(error.kind(), NotSent, "{error}");
    assert!(
        error
            .message()
            .is_some_and(|message| message.contains("region")),
        "{error}"
    );
    assert_eq!(fake.requests(), 0);
}

#[tokio::test]
async fn the_clients_own_retry_comes_before_a_failure() {
    let fake = Fake::new(Response::error(500, "InternalError", "?")).await;
    let handle = on_demand(client(fake.address(), OWNER), BUCKET).follow(&SharedPolicy::pending());
    handle.first_attempt().await.expect_err("S3 failed");
    // The test's clients try twice.
    assert_eq!(fake.requests(), 2);
}

#[test]
fn neither_errors_nor_our_logs_hold_credentials() {
    let logs = Logs::default();
    // As long as there is but one subscriber, tracing asks that of whichever thread comes first
    // whether it wants an event, and other tests' threads have none.
    let _second = tracing::Dispatch::new(Logs::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let shown = tracing::subscriber::with_default(logs.clone(), || {
        runtime.block_on(async {
            let mut shown = String::new();
            for (_, response, _, _) in table() {
                let fake = Fake::new(response).await;
                let source = on_demand(client(fake.address(), OWNER), BUCKET);
                shown += &format!("{source:?}");
                let policy = SharedPolicy::pending();
                let handle = source.follow(&policy);
                let error = handle.first_attempt().await.expect_err("no rules");
                shown += &format!("{error} {error:?} {handle:?} {:?}", policy.status());
            }
            shown
        })
    });
    let levels = [
        Level::ERROR,
        Level::WARN,
        Level::INFO,
        Level::DEBUG,
        Level::TRACE,
    ];
    let ours: Vec<String> = levels
        .iter()
        .flat_map(|&level| logs.messages(level))
        .collect();
    assert!(ours.len() >= table().len(), "{ours:?}");
    for secret in [OWNER.0, OWNER.1] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!ours.iter().any(|line| line.contains(secret)), "{ours:#?}");
    }
}

/// Answers that repeat what they were asked with, each where it is.
fn echoes() -> Vec<(&'static str, Response)> {
    let page = format!("<html><head><title>{ECHO}</title></head></html>");
    vec![
        ("an error's message", Response::error(400, "Odd", ECHO)),
        ("an error's code", Response::error(500, ECHO, "?")),
        (
            "what refuses the credentials",
            Response::error(403, "SignatureDoesNotMatch", ECHO),
        ),
        (
            "an error's ids",
            Response::error(403, "AccessDenied", "Access Denied")
                .with("x-amz-request-id", ECHO)
                .with("x-amz-id-2", ECHO)
                .with("x-amz-bucket-region", ECHO),
        ),
        ("a page", Response::xml(200, page)),
        ("a root", Response::xml(200, format!("<a b='{ECHO}'/>"))),
        ("no XML", Response::xml(200, format!("{{\"{ECHO}\": 1}}"))),
        (
            "its type",
            Response::xml(200, "nothing").with("content-type", ECHO),
        ),
        ("text between rules", rules(ECHO)),
        (
            "an ID",
            rule(&format!("<ID>{ECHO} {}</ID>", "x".repeat(255))),
        ),
        (
            "an entry",
            rule(&format!("<ExposeHeader>{ECHO}</ExposeHeader>")),
        ),
        ("syntax", Response::xml(200, format!("<a>{ECHO}</b>"))),
    ]
}

#[test]
fn credentials_that_an_answer_repeats_reach_neither_errors_nor_logs() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    for (what, answer) in echoes() {
        let logs = Logs::default();
        let _guard = logs.hear();
        let (shown, request) = runtime.block_on(async {
            let fake = Fake::new(answer).await;
            let client = client_with_token(fake.address(), OWNER, Some(TOKEN));
            let policy = SharedPolicy::pending();
            let following = on_demand(client, BUCKET).follow(&policy);
            let error = following.first_attempt().await.expect_err("no rules");
            let status = policy.status();
            let failure = status.last_failure().expect("a failure");
            let shown = format!("{error} {error:?} {error:#?} {failure} {failure:?} {status:?}");
            (shown, fake.latest_request())
        });
        let signature = request.split("Signature=").nth(1).expect("a signature");
        let signature = signature.split_whitespace().next().expect("a signature");
        assert!(
            request.contains(OWNER.0) && request.contains(TOKEN),
            "{what}"
        );
        let ours = logs.everything();
        let ours = ours
            .lines()
            .filter(|line| line.contains(" s3_cors_sources"));
        let ours: Vec<&str> = ours.collect();
        assert!(!ours.is_empty(), "{what}");
        let token = TOKEN.split(|c: char| !c.is_ascii_alphanumeric());
        let secrets = [OWNER.0, OWNER.1, signature].into_iter();
        for secret in secrets.chain(token.filter(|part| part.len() >= 8)) {
            assert!(!shown.contains(secret), "{what}: {secret}: {shown}");
            for line in &ours {
                assert!(!line.contains(secret), "{what}: {secret}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_valid_only_without_the_credentials_in_it_is_not_taken() {
    // Two hyphens end a comment, unless they are taken for a part of a credential.
    let fake = Fake::new(rule("<!-- Credential=--x -->")).await;
    let policy = SharedPolicy::pending();
    let following = on_demand(client(fake.address(), OWNER), BUCKET).follow(&policy);
    let error = following.first_attempt().await.expect_err("no rules");
    assert!(
        error
            .to_string()
            .contains("it holds the request's credentials"),
        "{error}"
    );
    assert!(policy.status().is_pending());
}

#[tokio::test]
async fn a_long_text_of_an_error_is_cut() {
    let fake = Fake::new(Response::error(400, "Odd", &"x".repeat(10_000))).await;
    let following =
        on_demand(client(fake.address(), OWNER), BUCKET).follow(&SharedPolicy::pending());
    let error = following.first_attempt().await.expect_err("no rules");
    let SourceError::Bucket(error) = error else {
        panic!("{error}")
    };
    let message = error.message().expect("it has one");
    assert_eq!(message, "x".repeat(500) + "…");
}

#[test]
fn what_an_answer_holds_is_shown_harmlessly() {
    let all = conformance_sources::foreign::bytes();
    let in_headers: String = all.chars().filter(|c| *c >= '\u{80}').collect();
    let in_xml: String = all
        .chars()
        .filter(|c| s3_cors::is_xml_character(*c))
        .collect();
    let json = format!("{{\"{in_headers}\": 1}}");
    let answers = [
        Response::error(400, &in_xml, &in_xml),
        Response::error(403, "AccessDenied", &in_xml)
            .with("x-amz-request-id", &in_headers)
            .with("x-amz-id-2", &in_headers),
        Response::error(301, "PermanentRedirect", "?").with("x-amz-bucket-region", &in_headers),
        Response::xml(200, format!("<a b='{in_xml}'/>")),
        Response::xml(200, json).with("content-type", &in_headers),
        rules(&in_xml),
        rule(&format!(
            "<ExposeHeader>{in_xml}</ExposeHeader><a\u{202e}b/>"
        )),
        Response::xml(200, all.clone()),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let answers = answers.map(|answer| (BUCKET, answer)).into_iter();
    let odd_name = (&*all, Response::error(403, "AccessDenied", "?"));
    for (bucket, answer) in answers.chain([odd_name]) {
        let what = format!("{bucket}: {answer:?}");
        let logs = Logs::default();
        let _guard = logs.hear();
        let shown = runtime.block_on(async {
            let fake = Fake::new(answer).await;
            let policy = SharedPolicy::pending();
            let following = on_demand(client(fake.address(), OWNER), bucket).follow(&policy);
            let error = following.first_attempt().await.expect_err("no rules");
            let status = policy.status();
            let failure = status.last_failure().expect("a failure");
            assert!(fake.requests() > 0 || bucket != BUCKET, "{what}");
            let source = following.source();
            format!("{error} {error:?} {failure} {source} {}", failure.source())
        });
        conformance_sources::foreign::check(&what, &shown);
        for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG] {
            for message in logs.messages(level) {
                conformance_sources::foreign::check(&what, &message);
            }
        }
    }
}
