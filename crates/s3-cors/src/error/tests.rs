//! Whatever a file holds, an error shows it harmlessly.

use std::io;

use super::ConfigError;
use crate::configuration::{AppRules, CorsConfiguration};
use crate::sanitize::is_unsafe;

/// Every unsafe character that XML allows, between two words that show where it stood.
fn odd() -> String {
    let all = ('\0'..='\u{ffff}').filter(|c| is_unsafe(*c) && crate::is_xml_character(*c));
    format!("begin{}end", all.collect::<String>())
}

/// A string of JSON, in which only what must be escaped is.
fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

#[track_caller]
fn check(what: &str, error: &ConfigError) {
    let shown = error.to_string();
    let found = |text: &str| text.contains("begin") && text.contains("end");
    assert!(found(&shown), "{what}: {shown}");
    let unsafe_one = shown.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(unsafe_one, None, "{what}: {shown:?}");
    assert_eq!(shown.lines().count(), error.problems().len(), "{shown:?}");
    for problem in error.problems() {
        let parts = [
            problem.kind().to_string(),
            problem.help(),
            problem.place().to_string(),
            problem
                .s3_error()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ];
        for part in parts {
            assert!(!part.contains(is_unsafe), "{what}: {part:?}");
        }
    }
}

#[test]
fn every_part_of_an_error_is_shown_harmlessly() {
    let odd = json(&odd());
    let rule = |members: &str| {
        format!(r#"[{{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], {members}}}]"#)
    };
    for (what, text) in [
        ("an unknown key of a rule", rule(&format!("{odd}: 1"))),
        (
            "a key that stands there twice",
            rule(&format!("{odd}: 1, {odd}: 1")),
        ),
        (
            "an unknown key of the document",
            format!("{{\"CORSRules\": [], {odd}: 1}}"),
        ),
        (
            "a text instead of a list",
            rule(&format!("\"ExposeHeaders\": {odd}")),
        ),
        (
            "a text instead of a number",
            rule(&format!("\"MaxAgeSeconds\": {odd}")),
        ),
        (
            "a name that is none",
            rule(&format!("\"ExposeHeaders\": [{odd}]")),
        ),
        (
            "a wildcard in a name",
            rule(&format!(
                "\"ExposeHeaders\": [{}]",
                json(&format!("{}*", self::odd()))
            )),
        ),
        (
            "two wildcards",
            rule(&format!(
                "\"AllowedHeaders\": [{}]",
                json(&format!("{}**", self::odd()))
            )),
        ),
        (
            "a character that XML does not allow",
            rule(&format!(
                "\"AllowedHeaders\": [{}]",
                json(&format!("{}\u{1}", self::odd()))
            )),
        ),
        (
            "a method",
            format!(r#"[{{"AllowedOrigins": ["*"], "AllowedMethods": [{odd}]}}]"#),
        ),
    ] {
        let error = CorsConfiguration::from_text(&text).expect_err(what);
        check(what, &error);
    }
    let app = format!(r#"[{{"AllowedOrigins": ["*"], "AllowedMethods": [{odd}]}}]"#);
    check(
        "a method of the app's own",
        &AppRules::from_text(&app).expect_err("no method"),
    );
}

#[cfg(feature = "xml")]
#[test]
fn every_part_of_an_error_in_xml_is_shown_harmlessly() {
    let odd = odd();
    let rule = |inside: &str| {
        format!("<CORSConfiguration><CORSRule>{inside}</CORSRule></CORSConfiguration>")
    };
    // What a name may have in it.
    let name = "begin\u{61c}end";
    for (what, text) in [
        ("a root", format!("<{name} xmlns='{odd}'/>")),
        ("text between elements", rule(&odd)),
        ("an unknown element", rule(&format!("<{name}/>"))),
        ("syntax", format!("<a></{name}>")),
        (
            "a number",
            rule(&format!("<MaxAgeSeconds>{odd}</MaxAgeSeconds>")),
        ),
    ] {
        check(what, &CorsConfiguration::from_text(&text).expect_err(what));
    }
}

#[test]
fn what_cannot_be_read_is_told_harmlessly() {
    let error = ConfigError::unreadable(io::Error::other(odd()));
    check("the system's words", &error);
    let nothing = || CorsConfiguration::from_text("").expect_err("it is empty");
    check("a file's name", &nothing().in_file(odd()));
    let placed = CorsConfiguration::from_text("[1]").expect_err("no rule");
    check(
        "the name of a file with a place in it",
        &placed.in_file(odd()),
    );
}
