//! The bodies of `PutBucketCors` and `GetBucketCors`.

use conformance::answer::Report;
use conformance::corpus::{Config, Corpus};
use s3_cors::CorsConfiguration;
use s3_cors::adapter::bucket_cors::{self, ApiError};

const MALFORMED: (&str, &str) = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
);
const TOO_BIG: (&str, &str) = ("MaxMessageLengthExceeded", "Your request was too big.");

/// A configuration as an SDK sends it, whatever is wrong with it.
fn sent(config: &Config) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut xml =
        String::from(r#"<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#);
    for rule in &config.rules {
        xml += "<CORSRule>";
        let lists: [(_, Vec<String>); 6] = [
            ("ID", rule.id.iter().cloned().collect()),
            ("AllowedHeader", rule.allowed_headers.clone()),
            ("AllowedMethod", rule.allowed_methods.clone()),
            ("AllowedOrigin", rule.allowed_origins.clone()),
            ("ExposeHeader", rule.expose_headers.clone()),
            (
                "MaxAgeSeconds",
                rule.max_age_seconds
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
        ];
        for (name, values) in lists {
            for value in values {
                xml += &format!("<{name}>{}</{name}>", escaped(&value));
            }
        }
        xml += "</CORSRule>";
    }
    xml + "</CORSConfiguration>"
}

#[test]
fn every_configuration_of_the_corpus_is_stored_or_refused_as_by_s3() {
    let mut report = Report::on("PutBucketCors, from its body");
    for case in &Corpus::load().apis {
        // Values of a type that XML does not have.
        let Ok(config) = Config::of(&case.config()) else {
            continue;
        };
        let mut differences = Vec::new();
        match (
            bucket_cors::put(sent(&config).as_bytes()),
            case.expect.status,
        ) {
            (Ok(stored), 200) => {
                let expected = case.expect.get.as_ref().unwrap_or(&case.config()).clone();
                let expected = Config::of(&expected).expect("a configuration");
                if stored != CorsConfiguration::from(&expected) {
                    differences.push(format!("stored {stored:?}"));
                }
                let got = bucket_cors::get(&stored);
                if bucket_cors::put(got.as_bytes()) != Ok(stored) {
                    differences.push(format!("not stored again: {got}"));
                }
            }
            (Err(error), 400) => {
                let expected = case.expect.error.as_ref();
                let code = expected.and_then(|error| error.code.as_deref());
                let message = expected.and_then(|error| error.message.as_deref());
                if error.status() != 400 || code.is_some_and(|code| code != error.code()) {
                    differences.push(format!("{error}, not {expected:?}"));
                }
                if message.is_some_and(|message| message != error.message()) {
                    differences.push(format!("{error}, not {expected:?}"));
                }
            }
            (result, status) => differences.push(format!("{result:?}, not {status}")),
        }
        report.case(&case.id, &differences);
    }
    report.finish();
}

fn rule(members: &str) -> String {
    format!("<CORSRule>{members}</CORSRule>")
}

#[test]
fn what_s3_refuses_has_its_code_and_text() {
    const GET: &str = "<AllowedMethod>GET</AllowedMethod>";
    const ANY: &str = "<AllowedOrigin>*</AllowedOrigin>";
    let unsupported = |method: &str| {
        format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}")
    };
    let put = "<AllowedMethod>put</AllowedMethod>";
    let patch = "<AllowedMethod>PATCH</AllowedMethod>";
    let two = "<AllowedOrigin>*.*</AllowedOrigin>";
    let rows: Vec<(String, &str, String)> = vec![
        (
            rule(&format!("{put}{ANY}")),
            "InvalidRequest",
            unsupported("put"),
        ),
        // The first of several: rules in order, methods before origins.
        (
            [rule(&format!("{two}{GET}")), rule(&format!("{put}{ANY}"))].concat(),
            "InvalidRequest",
            "AllowedOrigin \"*.*\" can not have more than one wildcard.".into(),
        ),
        (
            rule(&format!("{two}{patch}{put}")),
            "InvalidRequest",
            unsupported("PATCH"),
        ),
        // But what breaks the schema comes first, wherever it stands.
        (
            [rule(&format!("{two}{GET}")), rule(GET)].concat(),
            MALFORMED.0,
            MALFORMED.1.into(),
        ),
        (
            rule(&format!("{GET}{ANY}<AllowedHeader>a*b*</AllowedHeader>")),
            "InvalidRequest",
            "AllowedHeader \"a*b*\" can not have more than one wildcard.".into(),
        ),
        (
            rule(&format!("{GET}{ANY}<ExposeHeader>x y</ExposeHeader>")),
            "InvalidRequest",
            "AllowedHeader \"x y\" contains invalid character.".into(),
        ),
        (
            rule(&format!("{GET}{ANY}<ExposeHeader></ExposeHeader>")),
            "InvalidRequest",
            "AllowedHeader \"\" contains invalid character.".into(),
        ),
        (
            rule(&format!("{GET}{ANY}<ID>{}</ID>", "i".repeat(256))),
            "InvalidRequest",
            "The ID of a CORS rule must not exceed 255 characters.".into(),
        ),
        (
            rule(&format!("{GET}{ANY}")).repeat(101),
            "InvalidRequest",
            "The number of CORS rules should not exceed allowed limit of 100 rules.".into(),
        ),
    ];
    for (rules, code, message) in rows {
        let body = format!("<CORSConfiguration>{rules}</CORSConfiguration>");
        let error = bucket_cors::put(body.as_bytes()).expect_err(&rules);
        assert_eq!(
            (error.status(), error.code(), error.message()),
            (400, code, &*message)
        );
    }
    let hundred = rule(&format!("{GET}{ANY}")).repeat(100);
    let body = format!("<CORSConfiguration>{hundred}</CORSConfiguration>");
    assert_eq!(
        bucket_cors::put(body.as_bytes()).map(|stored| stored.cors_rules.len()),
        Ok(100)
    );
}

#[test]
fn what_is_no_xml_of_s3s_is_malformed_and_what_is_too_long_is_too_big() {
    let valid = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
                 <AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
    let long = |length: usize| format!("{valid}{}", " ".repeat(length - valid.len()));
    for (body, expected) in [
        (String::new(), Some(MALFORMED)),
        (" \n".into(), Some(MALFORMED)),
        ("hello".into(), Some(MALFORMED)),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#.into(),
            Some(MALFORMED),
        ),
        ("<CORSConfiguration>".into(), Some(MALFORMED)),
        ("<CORSConfiguration/>".into(), Some(MALFORMED)),
        (
            valid.replace("CORSConfiguration", "CorsConfiguration"),
            Some(MALFORMED),
        ),
        (
            valid.replace("AllowedOrigin>", "AllowedOrigins>"),
            Some(MALFORMED),
        ),
        (valid.into(), None),
        (format!("\u{feff}<?xml version=\"1.0\"?>{valid}"), None),
        (long(64 * 1024), None),
        (long(64 * 1024 + 1), Some(TOO_BIG)),
    ] {
        let result = bucket_cors::put(body.as_bytes());
        let error = result
            .as_ref()
            .err()
            .map(|error| (error.code(), error.message()));
        assert_eq!(error, expected, "{body:.60}");
    }
    let not_text = bucket_cors::put(b"<CORSConfiguration>\xff").expect_err("no text");
    assert_eq!((not_text.code(), not_text.message()), MALFORMED);
}

#[test]
fn errors_are_written_as_s3_writes_them() {
    let error = ApiError::no_such_cors_configuration("photos");
    assert_eq!(error.status(), 404);
    assert_eq!(
        error.to_xml("id", "host"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchCORSConfiguration</Code>\
         <Message>The CORS configuration does not exist</Message><BucketName>photos</BucketName>\
         <RequestId>id</RequestId><HostId>host</HostId></Error>"
    );
    let error = bucket_cors::put(b"<a/>").expect_err("another root");
    assert!(!error.to_xml("<", "&").contains("BucketName"));
    assert!(
        error
            .to_xml("<", "&")
            .ends_with("<RequestId>&lt;</RequestId><HostId>&amp;</HostId></Error>")
    );
    assert_eq!(
        ApiError::no_such_bucket("a\nb").to_string(),
        "NoSuchBucket: The specified bucket does not exist"
    );
}
