//! What is said about configurations that cannot be used: the words are part of what users get,
//! so they are written down here to the letter.

use std::path::PathBuf;

use s3_cors::{ConfigError, CorsConfiguration, CorsPolicy, Position};

/// What S3 answers to whatever breaks its schema.
macro_rules! malformed {
    ($problem:literal) => {
        concat!(
            $problem,
            " (S3 responds with MalformedXML: The XML you provided was not well-formed or did not \
             validate against our published schema)"
        )
    };
}

/// A row: what somebody saved, and what is said about it, a line for each problem.
type Row = (&'static str, &'static [&'static str]);

#[track_caller]
fn refused(text: impl AsRef<[u8]>) -> ConfigError {
    match CorsConfiguration::from_slice(text.as_ref()) {
        Err(error) => error,
        Ok(config) => panic!("read as {config:?}"),
    }
}

#[track_caller]
fn assert_rows(rows: &[Row]) {
    for (text, lines) in rows {
        let shown = refused(text).in_file("cors.json").to_string();
        assert_eq!(shown.lines().collect::<Vec<_>>(), *lines, "{text}");
    }
}

#[test]
fn wrappers_and_names_of_other_tools_are_named_with_the_right_one() {
    assert_rows(&[
        (
            r#"{"CORSRule": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}"#,
            &["cors.json:1:2: CORSRule: unknown key `CORSRule`; write `CORSRules`"],
        ),
        (
            r#"{"CorsConfiguration": {"CORSRules": []}}"#,
            &["cors.json:1:24: CORSRules: unknown key `CORSRules`; write `CorsRules`"],
        ),
        (
            r#"{"CORSConfiguration": {"CorsRules": []}}"#,
            &["cors.json:1:24: CorsRules: unknown key `CorsRules`; write `CORSRules`"],
        ),
        (
            r#"{"cors_rule": [{"allowed_origins": ["*"], "allowed_methods": ["GET"]}]}"#,
            &["cors.json:1:2: cors_rule: unknown key `cors_rule`; write `CORSRules`"],
        ),
        (
            r#"{"CORSRules": {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}}"#,
            &[
                "cors.json:1:15: CORSRules: expected a list, found an object: {\"AllowedOrigins\": \
                 [\"*\"], \"AllowedMethods\": [\"GET\"]}; put it in a list: [{…}]",
            ],
        ),
        (
            r#"{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}"#,
            &["cors.json:1:1: is one rule, not a list of rules; put it in a list: [{…}]"],
        ),
        (
            "[{\n  \"AllowedOrigins\": [\"*\"],\n  \"AllowedMethods\": [\"GET\"],\n  \
             \"ExposedHeaders\": [\"ETag\"],\n  \"Id\": \"a\",\n  \"MaxAge\": 5\n}]",
            &[
                "cors.json:4:3: CORSRules[0].ExposedHeaders: unknown key `ExposedHeaders`; \
                 write `ExposeHeaders`",
                "cors.json:5:3: CORSRules[0].Id: unknown key `Id`; write `ID`",
                "cors.json:6:3: CORSRules[0].MaxAge: unknown key `MaxAge`; write `MaxAgeSeconds`",
            ],
        ),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "Comment": "mine"}]"#,
            &["cors.json:1:55: CORSRules[0].Comment: unknown key `Comment`; remove it"],
        ),
    ]);
}

#[test]
fn values_of_the_wrong_type_are_shown_with_the_right_one() {
    assert_rows(&[
        (
            r#"[{"AllowedOrigins": "*", "AllowedMethods": ["GET"]}]"#,
            &[
                "cors.json:1:21: CORSRules[0].AllowedOrigins: expected a list of strings, found a \
                 string: \"*\"; put it in a list: [\"*\"]",
            ],
        ),
        (
            r#"[{"AllowedOrigins": null, "AllowedMethods": ["GET", 1]}]"#,
            &[
                "cors.json:1:21: CORSRules[0].AllowedOrigins: expected a list of strings, found \
                 null: null; remove it, or give it a value",
                "cors.json:1:53: CORSRules[0].AllowedMethods[1]: expected a string, found an \
                 integer: 1; write a string",
            ],
        ),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": "3000"}]"#,
            &[
                "cors.json:1:72: CORSRules[0].MaxAgeSeconds: expected an integer, found a string: \
                 \"3000\"; write it without quotes: 3000",
            ],
        ),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 1.5}]"#,
            &[
                "cors.json:1:72: CORSRules[0].MaxAgeSeconds: expected an integer, found a number \
                 that is not a 64-bit integer: 1.5; write an integer",
            ],
        ),
        (
            r#"["*"]"#,
            &[
                "cors.json:1:2: CORSRules[0]: expected an object, found a string: \"*\"; write an \
               object",
            ],
        ),
    ]);
}

#[test]
fn a_long_value_is_shown_by_its_beginning() {
    let long = "a".repeat(300);
    let error = refused(format!(
        r#"[{{"AllowedOrigins": "{long}", "AllowedMethods": ["GET"]}}]"#
    ));
    assert!(error.to_string().len() < 600, "{error}");
    assert!(error.to_string().contains("aaa…; "), "{error}");
}

#[test]
fn what_is_missing_is_named_with_its_rule() {
    assert_rows(&[
        (
            r#"[{"AllowedMethods": ["GET"]}]"#,
            &[malformed!(
                "cors.json:1:2: CORSRules[0].AllowedOrigins: the rule has no `AllowedOrigins`; \
                 add `AllowedOrigins` with at least one entry"
            )],
        ),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": []}]"#,
            &[malformed!(
                "cors.json:1:46: CORSRules[0].AllowedMethods: the rule has no `AllowedMethods`; \
                 add `AllowedMethods` with at least one entry"
            )],
        ),
        (
            r#"{"CORSRules": []}"#,
            &[malformed!(
                "cors.json: there are no rules; add a rule; `aws s3api delete-bucket-cors` \
                 removes a configuration"
            )],
        ),
        (
            r#"[{"AllowedMethods": ["GET"]}, {"AllowedOrigins": ["*"]}]"#,
            &[malformed!(
                "cors.json:1:1: 2 objects with one key each look like one rule split into 2; put \
                 all its keys into one object"
            )],
        ),
    ]);
}

#[test]
fn what_s3_refuses_is_shown_with_its_own_words_where_they_are_known() {
    assert_rows(&[
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["get", "OPTIONS", "*", ""]}]"#,
            &[
                "cors.json:1:47: CORSRules[0].AllowedMethods[0]: S3 does not support the method \
                 \"get\"; write \"GET\" (S3 responds with InvalidRequest: Found unsupported HTTP \
                 method \
                 in CORS config. Unsupported method is get)",
                "cors.json:1:54: CORSRules[0].AllowedMethods[1]: S3 does not support the method \
                 \"OPTIONS\"; remove it: S3 handles preflights without it (S3 responds with \
                 InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method \
                 is OPTIONS)",
                "cors.json:1:65: CORSRules[0].AllowedMethods[2]: S3 does not support the method \
                 \"*\"; list the methods: GET, PUT, HEAD, POST, DELETE (S3 responds with \
                 InvalidRequest: \
                 Found unsupported HTTP method in CORS config. Unsupported method is *)",
                "cors.json:1:70: CORSRules[0].AllowedMethods[3]: S3 does not support the method \
                 \"\"; use GET, PUT, HEAD, POST or DELETE (S3 responds with InvalidRequest: Found \
                 unsupported HTTP method in CORS config. Unsupported method is )",
            ],
        ),
        (
            r#"[{"AllowedOrigins": ["https://*.a.*"], "AllowedMethods": ["GET"],
                "AllowedHeaders": ["*-*"], "ExposeHeaders": ["x-*", "a b"]}]"#,
            &[
                "cors.json:1:22: CORSRules[0].AllowedOrigins[0]: \"https://*.a.*\" has more than \
                 one \"*\"; keep one, or write a separate entry for each value (S3 responds \
                 with InvalidRequest: AllowedOrigin \"https://*.a.*\" can not have more than one \
                 wildcard.)",
                "cors.json:2:36: CORSRules[0].AllowedHeaders[0]: \"*-*\" has more than one \"*\"; \
                 keep one, or write a separate entry for each value (S3 responds with \
                 InvalidRequest)",
                "cors.json:2:62: CORSRules[0].ExposeHeaders[0]: \"x-*\" has a \"*\", which S3 does \
                 not support here; list the headers by name (S3 responds with InvalidRequest: \
                 ExposeHeader \"x-*\" contains wildcard. We currently do not support wildcard for \
                 ExposeHeader.)",
                "cors.json:2:69: CORSRules[0].ExposeHeaders[1]: \"a b\" is not a header name; \
                 write one header name: letters, digits and `-` (S3 responds with InvalidRequest: \
                 AllowedHeader \"a b\" contains invalid character.)",
            ],
        ),
        (
            "[{\"AllowedOrigins\": [\"a\\u0000b\"], \"AllowedMethods\": [\"GET\"]}]",
            &[
                "cors.json:1:22: CORSRules[0].AllowedOrigins[0]: \"a b\" contains the character \
               U+0000, which XML does not allow; remove the character",
            ],
        ),
    ]);
}

#[test]
fn a_megabyte_of_mistakes_is_taken_in_one_pass() {
    let numbers = format!("[{}1]", "1,".repeat(500_000));
    let methods = format!(
        r#"[{{"AllowedOrigins": ["*"], "AllowedMethods": [{}"GET"]}}]"#,
        r#""x","#.repeat(200_000)
    );
    let keys: String = (0..100_000).map(|key| format!("\"{key}\":1,")).collect();
    let keys = format!("{{{keys}\"0\":1}}");
    let elements = format!(
        "<CORSConfiguration>{}</CORSConfiguration>",
        "<a/>".repeat(200_000)
    );
    for text in [numbers, methods, keys, elements] {
        let error = refused(&text);
        let problems = error.problems();
        // All of them would take hundreds of megabytes.
        assert_eq!(problems.len(), 10_000);
        let positions = problems.iter().map(|problem| problem.place().position());
        assert!(positions.is_sorted(), "out of order");
        let shown = error.to_string();
        assert_eq!(shown.lines().count(), 101);
        assert!(shown.ends_with(" more problems"), "{shown}");
    }
}

#[test]
fn a_mistake_hides_no_other() {
    for (text, places) in [
        (
            r#"[{"AllowedOrigins":["*"],"AllowedMethods":["PATCH"],"AllowedMethods":["GET"]}]"#,
            &["AllowedMethods[0]", "AllowedMethods"][..],
        ),
        (
            r#"{"CorsRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"ExposeHeaders":["a*"]}]}"#,
            &["ExposeHeaders", "ExposeHeaders[0]"],
        ),
        (
            "<CORSConfiguration>oops<CORSRule><AllowedOrigin>*.*</AllowedOrigin>\
             <AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
            &["", "AllowedOrigins[0]"],
        ),
    ] {
        let error = refused(text);
        let found: Vec<_> = error
            .problems()
            .iter()
            .map(|p| p.place().to_string())
            .collect();
        let rule = "CORSRules[0].";
        let expected: Vec<_> = places
            .iter()
            .map(|place| format!("{}{place}", if place.is_empty() { "" } else { rule }))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn nothing_in_a_file_breaks_the_lines_of_an_error() {
    let error =
        refused(r#"[{"AllowedOrigins": ["a\n*\u001b[31m*\u202e"], "AllowedMethods": ["G\nET"]}]"#);
    for line in error.to_string().lines() {
        assert!(line.starts_with("line 1, column "), "{line:?}");
        assert!(!line.contains(['\u{1b}', '\u{202e}']), "{line:?}");
    }
    assert_eq!(error.to_string().lines().count(), 2);
    let s3_error = error.problems()[1].s3_error().expect("S3's text is known");
    assert!(s3_error.message().expect("it is").ends_with("is G\nET"));
}

#[test]
fn a_main_that_returns_the_error_prints_what_a_person_can_read() {
    let error = refused(r#"[{"AllowedOrigins": "*", "AllowedMethods": ["PUT "]}]"#);
    assert_eq!(format!("{error:?}"), format!("\n{error}"));
    assert!(error.to_string().ends_with(
        "write \"PUT\" (S3 responds with InvalidRequest: Found \
        unsupported HTTP method in CORS config. Unsupported method is PUT )"
    ));
}

#[test]
fn limits_are_told_with_what_exceeds_them() {
    let rule = r#"{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}"#;
    assert_eq!(
        refused(format!("[{}]", vec![rule; 101].join(","))).to_string(),
        "line 1, column 5302: CORSRules[100]: there are 101 rules; S3 allows 100: merge rules \
         that differ only in their origins or methods (S3 responds with InvalidRequest)"
    );
    let origin = "a".repeat(65_536);
    assert_eq!(
        refused(format!(
            r#"[{{"AllowedOrigins": ["{origin}"], "AllowedMethods": ["GET"]}}]"#
        ))
        .to_string(),
        "the configuration is 65709 bytes long as the XML that S3 receives; S3 allows 65536 \
         bytes: replace the origins of a domain with a wildcard, or remove rules"
    );
    let id = "i".repeat(256);
    let text = format!(r#"[{{"ID": "{id}", "AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}}]"#);
    assert_eq!(
        refused(text).to_string(),
        "line 1, column 9: CORSRules[0].ID: the ID has 256 characters; S3 allows 255: shorten it"
    );
}

#[test]
fn xml_over_the_limit_is_refused_without_a_claim_about_s3s_answer() {
    let origin = "a".repeat(65_536);
    let error = refused(format!(
        "<CORSConfiguration><CORSRule><AllowedOrigin>{origin}</AllowedOrigin>\
         <AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"
    ));
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert!(
        problem.to_string().contains("S3 allows 65536 bytes"),
        "{error}"
    );
    assert_eq!(problem.s3_error(), None);
}

#[test]
fn several_problems_come_at_once_in_the_order_of_the_file() {
    assert_rows(&[(
        r#"{"CORSRules": [
  {
    "AllowedOrigins": "*",
    "AllowedMethods": ["GET", "PATCH"],
    "MaxAge": 5
  },
  {
    "AllowedMethods": ["GET"],
    "ExposeHeaders": ["*"]
  }
]}"#,
        &[
            "cors.json:3:23: CORSRules[0].AllowedOrigins: expected a list of strings, found a \
             string: \"*\"; put it in a list: [\"*\"]",
            "cors.json:4:31: CORSRules[0].AllowedMethods[1]: S3 does not support the method \
             \"PATCH\"; use GET, PUT, HEAD, POST or DELETE (S3 responds with InvalidRequest: Found \
             unsupported HTTP method in CORS config. Unsupported method is PATCH)",
            "cors.json:5:5: CORSRules[0].MaxAge: unknown key `MaxAge`; write `MaxAgeSeconds`",
            malformed!(
                "cors.json:7:3: CORSRules[1].AllowedOrigins: the rule has no `AllowedOrigins`; \
                 add `AllowedOrigins` with at least one entry"
            ),
            "cors.json:9:23: CORSRules[1].ExposeHeaders[0]: \"*\" has a \"*\", which S3 does not \
             support here; list the headers by name (S3 responds with InvalidRequest: ExposeHeader \
             \"*\" contains wildcard. We currently do not support wildcard for ExposeHeader.)",
        ],
    )]);
}

#[test]
fn a_key_that_stands_twice_is_told_with_the_place_of_the_second() {
    assert_rows(&[
        (
            "[{\"AllowedOrigins\": [\"*\"], \"AllowedMethods\": [\"GET\"],\n  \
             \"AllowedMethods\": [\"PUT\"]}]",
            &[
                "cors.json:2:3: CORSRules[0].AllowedMethods: `AllowedMethods` appears more than \
                 once; keep one `AllowedMethods`",
            ],
        ),
        (
            r#"{"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}],
                "CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}]}"#,
            &[
                "cors.json:2:17: CORSRules: `CORSRules` appears more than once; keep one \
               `CORSRules`",
            ],
        ),
        (
            "<CORSConfiguration><CORSRule><ID>a</ID><ID>b</ID>\
             <AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\
             </CORSConfiguration>",
            &[malformed!(
                "cors.json:1:40: CORSRules[0].ID: `ID` appears more than once; keep one `ID`"
            )],
        ),
    ]);
}

#[test]
fn xml_is_read_as_strictly_as_s3_reads_it() {
    assert_rows(&[
        (
            "<CORSConfiguration>\n <CORSRule>\n  <AllowedOrigins>*</AllowedOrigins>\n  \
             <AllowedMethod>GET</AllowedMethod>\n </CORSRule>\n</CORSConfiguration>",
            &[malformed!(
                "cors.json:3:3: CORSRules[0].AllowedOrigins: unknown key `AllowedOrigins`; write \
                 `AllowedOrigin`"
            )],
        ),
        (
            "<CORSConfiguration>\n<CORSRule>\n</CORSConfiguration>",
            &[malformed!(
                "cors.json:3:1: is not XML: expected 'CORSRule' tag, not 'CORSConfiguration'; \
                 correct the syntax"
            )],
        ),
        (
            "<!DOCTYPE a [<!ENTITY b \"c\">]><CORSConfiguration/>",
            &[malformed!(
                "cors.json:1:1: is not XML: XML with DTD detected; correct the syntax"
            )],
        ),
        (
            "<Cors/>",
            &[malformed!(
                "cors.json:1:1: the root element is <Cors>; write \
                 <CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            )],
        ),
    ]);
}

#[test]
fn text_that_is_no_configuration_is_told_from_one_with_mistakes() {
    const EMPTY: &str = "cors.json: is empty; write the rules into it, or save what `aws s3api \
        get-bucket-cors` prints, which fails for a bucket without CORS configuration";
    const NEITHER: &str = "cors.json: is neither JSON nor XML; use the JSON of the S3 console, \
                           the AWS CLI or a CloudFormation bucket, or the XML of the REST API";
    assert_rows(&[
        ("", &[EMPTY]),
        (" \r\n\t", &[EMPTY]),
        ("\u{feff}", &[EMPTY]),
        ("CORSRules: yes", &[NEITHER]),
        (
            "// mine\n[]",
            &[
                "cors.json: looks like a comment, not JSON or XML; remove the comment: \
                 JSON has no comments",
            ],
        ),
        (
            "CORSRules:\n  - AllowedOrigins: ['*']",
            &["cors.json: looks like YAML, not JSON or XML; convert it to JSON"],
        ),
        (
            "[{\"AllowedOrigins\": [\"*\"],\n}]",
            &["cors.json:2:1: is not JSON: trailing comma; remove the comma before the `}` or `]`"],
        ),
        (
            "[{\n// mine\n}]",
            &["cors.json:2:1: is not JSON: a comment, which JSON does not allow; remove it"],
        ),
        (
            "null",
            &["cors.json:1:1: expected an object, found null: null; remove it, or give it a value"],
        ),
        (
            "{\"Resources\": {}}",
            &[
                "cors.json:1:2: Resources: unknown key `Resources`; keep only the bucket's \
                 `CorsConfiguration` property of the CloudFormation template",
            ],
        ),
        (
            "[{\"AllowedOrigins\": [\"https://a.ex",
            &[
                "cors.json:1:35: is not JSON: EOF while parsing a string; the text ends too \
                 early; check that the whole file was saved",
            ],
        ),
        (
            "[{\"AllowedOrigins\": [\"*\"],\n  \"AllowedMethods\": [\"GET\"],\n}]",
            &["cors.json:3:1: is not JSON: trailing comma; remove the comma before the `}` or `]`"],
        ),
        (
            r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}] x"#,
            &["cors.json:1:56: is not JSON: trailing characters; correct the syntax"],
        ),
        (
            r#"[{"AllowedOrigins": ["*", "\ud800"], "AllowedMethods": ["GET"]}]"#,
            &[
                "cors.json:1:27: CORSRules[0].AllowedOrigins[1]: is not JSON: lone surrogate in hex \
               escape; correct the syntax",
            ],
        ),
        (
            r#"[{"\ud800": 1}]"#,
            &[
                "cors.json:1:2: CORSRules[0]: is not JSON: lone surrogate in hex escape; correct the \
                 syntax",
            ],
        ),
    ]);
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_the_place_of_the_first() {
    const UTF_16: &str = "line 1, column 1: is UTF-16, not UTF-8; save it as UTF-8; in PowerShell, \
        pipe to `Out-File -Encoding utf8` instead of using `>`";
    let rows: [(&[u8], &str); 3] = [
        (b"\xff\xfe[\0]\0", UTF_16),
        (b"\xfe\xff\0[\0]", UTF_16),
        (
            b"[\n  \"caf\xe9\"]",
            "line 2, column 7: is not UTF-8; save it as UTF-8",
        ),
    ];
    for (bytes, expected) in rows {
        assert_eq!(refused(bytes).to_string(), expected);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read_over() {
    let rule = "[\r\n{\"AllowedOrigins\": [\"*\"],\r\n\"AllowedMethods\": [\"GET\"]}]";
    let marked = format!("\u{feff}{rule}");
    assert_eq!(
        CorsConfiguration::from_text(&marked),
        CorsConfiguration::from_text(rule)
    );
    assert!(CorsConfiguration::from_text(&marked).is_ok());
    let faulty = marked.replace("GET", "get");
    let error = refused(faulty);
    let Position { line, column, .. } = error.problems()[0].place().position().expect("a position");
    assert_eq!((line, column), (3, 20));
}

#[test]
fn columns_count_characters() {
    let error = refused(r#"[{"AllowedMethods": ["GET"], "AllowedOrigins": ["ä🦀", "*.*"]}]"#);
    let position = error.problems()[0].place().position().expect("a position");
    assert_eq!(
        (position.line, position.column, position.offset),
        (1, 55, 58)
    );
}

#[test]
fn absurd_texts_are_refused_and_not_choked_on() {
    let deep = 100_000;
    let brackets = ["[".repeat(deep), "]".repeat(deep)].concat();
    let elements = ["<a>".repeat(deep), "</a>".repeat(deep)].concat();
    for (text, part) in [
        (
            "[".repeat(deep),
            "is not JSON: lists or objects are nested too deeply",
        ),
        (
            brackets,
            "is not JSON: lists or objects are nested too deeply",
        ),
        (
            "{\"a\":".repeat(deep),
            "is not JSON: lists or objects are nested too deeply",
        ),
        ("<a>".repeat(deep), "is not XML"),
        (
            "<a xmlns:b='c'>".repeat(deep / 2),
            "too many namespaces or attributes",
        ),
        (
            format!("<CORSConfiguration {}/>", "a='' ".repeat(deep)),
            "too many namespaces or attributes",
        ),
        (elements.clone(), "the root element is <a>"),
        (
            format!("<CORSConfiguration>{elements}</CORSConfiguration>"),
            "unknown key `a`",
        ),
    ] {
        let shown = refused(&text).to_string();
        assert!(
            shown.contains(part) && shown.len() < 2_000,
            "{part}: {shown}"
        );
    }
    let limit = s3_cors::limits::MAX_TEXT_BYTES;
    const TOO_LONG: &str = "is longer than 1024 KB; a CORS configuration is at most 64 KB; check \
                            that this is the right file";
    assert_eq!(refused(" ".repeat(limit + 1)).to_string(), TOO_LONG);
    assert!(
        refused(" ".repeat(limit))
            .to_string()
            .starts_with("is empty")
    );
    let endless = CorsConfiguration::from_reader(std::io::repeat(b'['));
    assert_eq!(endless.expect_err("endless").to_string(), TOO_LONG);
}

/// A file in the directory for temporary files, removed when it is dropped.
struct File(PathBuf);

impl File {
    fn with(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("s3-cors-{}-{name}", std::process::id()));
        std::fs::write(&path, content).expect("the directory for temporary files");
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_file_is_named_with_line_and_column() {
    let file = File::with(
        "faulty.json",
        "[{\"AllowedOrigins\": [\"*\"],\n \"AllowedMethods\": 1}]",
    );
    let expected = format!(
        "{}:2:20: CORSRules[0].AllowedMethods: expected a list of strings, found an integer: 1; \
         write a list of strings",
        file.0.display()
    );
    let error = CorsConfiguration::from_path(&file.0).expect_err("faulty");
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.file(), Some(&*file.0));
    assert_eq!(
        CorsPolicy::from_path(&file.0)
            .expect_err("faulty")
            .to_string(),
        expected
    );
    let on_tower = tower_s3_cors::S3CorsLayer::from_path(&file.0);
    assert_eq!(on_tower.expect_err("faulty").to_string(), expected);
    let on_actix = actix_s3_cors::S3Cors::from_path(&file.0);
    assert_eq!(on_actix.expect_err("faulty").to_string(), expected);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let missing = CorsConfiguration::from_path("no/such/cors.json").expect_err("missing");
    let system = std::fs::File::open("no/such/cors.json").expect_err("missing");
    assert_eq!(
        missing.to_string(),
        format!(
            "no/such/cors.json: cannot be read: {system}; check the path; relative paths start at \
             the program's working directory"
        )
    );
    if cfg!(unix) {
        let directory = env!("CARGO_MANIFEST_DIR");
        let shown = CorsConfiguration::from_path(directory)
            .expect_err("a directory")
            .to_string();
        assert!(
            shown.starts_with(&format!("{directory}: cannot be read: ")),
            "{shown}"
        );
        assert!(
            shown.ends_with("; give the path of a file inside it"),
            "{shown}"
        );
    }
}

#[test]
fn without_a_file_a_problem_is_named_with_line_and_column_in_words() {
    assert_eq!(
        refused(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": true}]"#).to_string(),
        "line 1, column 46: CORSRules[0].AllowedMethods: expected a list of strings, found a \
         boolean: true; write a list of strings"
    );
}
