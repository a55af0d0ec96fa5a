//! The readers: a megabyte of each kind of nonsense.

use s3_cors::limits::MAX_TEXT_BYTES;
use s3_cors::{CorsConfiguration, LocatedConfiguration, ProblemKind};

use crate::{MB, assert_linear, work};

/// A text of so many bytes, or just below: a beginning, something repeated, an end.
fn text(bytes: usize, begin: &str, part: &str, end: &str) -> String {
    let times = (bytes - begin.len() - end.len()) / part.len();
    [begin, &part.repeat(times), end].concat()
}

const XML: &str = "<CORSConfiguration>";
const XML_END: &str = "</CORSConfiguration>";

/// What each is, and how it begins, goes on and ends.
const NONSENSE: [(&str, &str, &str, &str); 27] = [
    ("white space", "", " ", ""),
    ("brackets", "", "[", ""),
    ("nested lists", "[", "[],", "[]]"),
    ("rules without anything", "[", "{},", "{}]"),
    ("rules of the wrong type", "[", "1,", "1]"),
    ("unknown keys", "[{", "\"a\":1,", "\"b\":1}]"),
    ("the same key", "[{", "\"ID\":\"\",", "\"ID\":\"\"}]"),
    (
        "empty origins",
        "[{\"AllowedOrigins\":[",
        "\"\",",
        "\"\"]}]",
    ),
    (
        "bad origins",
        "[{\"AllowedOrigins\":[",
        "\"**\",",
        "\"\"]}]",
    ),
    ("bad methods", "[{\"AllowedMethods\":[", "\"\",", "\"\"]}]"),
    (
        "entries of the wrong type",
        "[{\"AllowedMethods\":[",
        "0,",
        "0]}]",
    ),
    (
        "keys of the document",
        "{\"CORSRules\":[],",
        "\"a\":1,",
        "\"b\":1}",
    ),
    ("escapes", "[{\"ID\":\"", "\\u0041", "\"}]"),
    ("escapes that are none", "[{\"ID\":\"", "\\ud800", "\"}]"),
    ("digits", "[{\"MaxAgeSeconds\":", "1", "}]"),
    ("elements", XML, "<a/>", XML_END),
    ("nested elements", XML, "<a>", XML_END),
    ("rules without anything", XML, "<CORSRule/>", XML_END),
    ("stray text", XML, "a<a/>", XML_END),
    ("attributes", "<a ", "a= ''", "/>"),
    ("attributes by another quote", "<a ", " a\t=\n\"\"", "/>"),
    ("namespaces", "<a ", " xmlns:a=''", "/>"),
    ("elements with an attribute", XML, "<a b=''/>", XML_END),
    ("references", "<CORSConfiguration>", "&amp;", XML_END),
    ("comments", XML, "<!---->", XML_END),
    ("CDATA", XML, "<![CDATA[a]]>", XML_END),
    ("equals signs", XML, "=", XML_END),
];

#[test]
fn a_megabyte_of_nonsense_takes_no_more_than_its_share() {
    for (what, begin, part, end) in NONSENSE {
        let read = |bytes: usize| {
            let text = text(bytes, begin, part, end);
            work(what, || {
                let error = LocatedConfiguration::from_text(&text).expect_err(what);
                assert!(error.to_string().len() < 100_000, "{what}");
            })
        };
        assert_linear(what, &read(MAX_TEXT_BYTES / 4), &read(MAX_TEXT_BYTES / 2));
        let whole = read(MAX_TEXT_BYTES);
        assert!(whole.bytes_max < 64 * MB, "{what}: {}", whole.bytes_max);
    }
}

/// The parser compares each with every other, which no allocation tells.
#[test]
fn attributes_are_counted_before_they_are_parsed() {
    for attribute in [" a=''", " a = \"\"", " a\t=\r\n''", " b:a='='"] {
        let text = text(MAX_TEXT_BYTES, "<a", attribute, "/>");
        let error = CorsConfiguration::from_text(&text).expect_err(attribute);
        assert!(
            matches!(error.problems()[0].kind(), ProblemKind::Syntax { message, .. }
                if message == "too many namespaces or attributes"),
            "{attribute}: {error}"
        );
    }
    // Equals signs alone are none, nor are some attributes too many.
    let id = "=".repeat(255);
    let rule = format!(
        "<CORSRule><ID>{id}</ID><AllowedOrigin>*</AllowedOrigin>\
         <AllowedMethod>GET</AllowedMethod></CORSRule>"
    );
    let text = format!("{XML}{}{XML_END}", rule.repeat(100));
    let read = CorsConfiguration::from_text(&text).expect("a configuration");
    assert_eq!(read.cors_rules.len(), 100);
}

#[test]
fn a_text_that_is_too_long_is_not_looked_at() {
    let text = " ".repeat(MAX_TEXT_BYTES + 1);
    let counted = work("a text that is too long", || {
        CorsConfiguration::from_text(&text).expect_err("too long");
    });
    assert!(counted.bytes_total < 10_000);
    let endless = work("a reader without end", || {
        CorsConfiguration::from_reader(std::io::repeat(b' ')).expect_err("too long");
    });
    assert!(endless.bytes_max <= 3 * MB);
}

#[test]
fn rules_that_are_not_read_are_counted() {
    let text = format!("[{}{{}}]", "{},".repeat(99_999));
    let error = CorsConfiguration::from_text(&text).expect_err("too many");
    let count = error
        .problems()
        .iter()
        .find_map(|problem| match problem.kind() {
            ProblemKind::TooManyRules { count } => Some(*count),
            _ => None,
        });
    assert_eq!(count, Some(100_000));
}
