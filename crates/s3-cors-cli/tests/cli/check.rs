//! `check` on good, bad and hopeless files.

use crate::run::{Directory, run_with_stdin};

const GOOD: &str = r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["range"],
        "MaxAgeSeconds": 3000
    }
]
"#;

const BAD: &str = r#"[
    {
        "AllowedOrigins": ["https://*.example.*"],
        "AllowedMethods": ["GET", "PATCH"],
        "ExposedHeaders": ["ETag"]
    }
]
"#;

const DOUBTFUL: &str = r#"[
    {
        "AllowedOrigins": ["https://www.example.com/"],
        "AllowedMethods": ["GET", "HEAD"],
        "MaxAgeSeconds": 3000
    }
]
"#;

#[test]
fn a_good_file_is_fine() {
    let directory = Directory::with(GOOD);
    let ran = directory.run(&["check", "cors.json"]);
    assert_eq!(ran.stdout, "cors.json: 1 rule, no problems found\n");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let json = directory
        .run(&["check", "cors.json", "--format", "json"])
        .json();
    assert_eq!(json["files"][0]["rules"], 1);
    assert_eq!(
        json["files"][0]["findings"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn everything_s3_would_refuse_is_shown_with_its_line() {
    let directory = Directory::with(BAD);
    let ran = directory.run(&["check", "cors.json"]);
    let expected = r#"error: "https://*.example.*" has more than one "*"
 --> cors.json:3:28
  |
3 |         "AllowedOrigins": ["https://*.example.*"],
  |                            ^^^^^^^^^^^^^^^^^^^^^ CORSRules[0].AllowedOrigins[0]
  |
  = help: keep one, or write a separate entry for each value
  = note: S3 responds with InvalidRequest: AllowedOrigin "https://*.example.*" can not have more than one wildcard.

error: S3 does not support the method "PATCH"
 --> cors.json:4:35
  |
4 |         "AllowedMethods": ["GET", "PATCH"],
  |                                   ^^^^^^^ CORSRules[0].AllowedMethods[1]
  |
  = help: use GET, PUT, HEAD, POST or DELETE
  = note: S3 responds with InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is PATCH

error: unknown key `ExposedHeaders`
 --> cors.json:5:9
  |
5 |         "ExposedHeaders": ["ETag"]
  |         ^^^^^^^^^^^^^^^^ CORSRules[0].ExposedHeaders
  |
  = help: write `ExposeHeaders`

cors.json: 3 errors
"#;
    assert_eq!(ran.stdout, expected);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));

    let json = directory
        .run(&["check", "cors.json", "--format", "json"])
        .json();
    let finding = &json["files"][0]["findings"][1];
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["place"]["path"], "CORSRules[0].AllowedMethods[1]");
    assert_eq!(
        (&finding["place"]["line"], &finding["place"]["column"]),
        (&4.into(), &35.into())
    );
    assert_eq!(finding["s3_error"]["code"], "InvalidRequest");
}

#[test]
fn what_does_not_do_what_it_looks_like_is_shown_with_its_code() {
    let directory = Directory::with(DOUBTFUL);
    let ran = directory.run(&["check", "cors.json"]);
    let expected = r#"error[origin-trailing-slash]: "https://www.example.com/" ends with a slash, which no browser's Origin does
 --> cors.json:3:28
  |
3 |         "AllowedOrigins": ["https://www.example.com/"],
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^ CORSRules[0].AllowedOrigins[0]
  |
  = help: write "https://www.example.com"

cors.json: 1 rule, 1 error
"#;
    assert_eq!(ran.stdout, expected);
    assert_eq!(ran.code, Some(1));
    let json = directory
        .run(&["check", "cors.json", "--format", "json"])
        .json();
    assert_eq!(
        json["files"][0]["findings"][0]["code"],
        "origin-trailing-slash"
    );
}

#[test]
fn the_severity_that_fails_can_be_chosen() {
    // One note: the wildcard does not match the domain itself.
    let note = GOOD.replace("www.", "*.");
    // One warning: an upload that may have no headers.
    let warning = GOOD
        .replace("[\"GET\", \"HEAD\"]", "[\"PUT\", \"POST\"]")
        .replace("[\"range\"]", "[]");
    for (text, fail_on, code) in [
        (&note, "info", 1),
        (&note, "warning", 0),
        (&note, "error", 0),
        (&warning, "info", 1),
        (&warning, "warning", 1),
        (&warning, "error", 0),
        (&DOUBTFUL.to_owned(), "error", 1),
        (&BAD.to_owned(), "error", 1),
    ] {
        let ran = Directory::with(text).run(&["check", "cors.json", "--fail-on", fail_on]);
        assert_eq!(ran.code, Some(code), "{fail_on}: {}", ran.stdout);
    }
}

#[test]
fn the_worst_of_several_files_decides() {
    let directory = Directory::with(GOOD);
    directory.write("bad.json", BAD);
    for (files, code) in [
        (&["cors.json"][..], 0),
        (&["cors.json", "bad.json", "cors.json"], 1),
        (&["missing.json", "bad.json"], 2),
    ] {
        let ran = directory.run(&[&["check"], files].concat());
        assert_eq!(ran.code, Some(code), "{files:?}");
    }
}

#[test]
fn what_cannot_be_read_is_code_2_and_says_the_cure() {
    let directory = Directory::new();
    for (file, help) in [
        ("missing.json", "check the path"),
        (".", "give the path of a file inside it"),
    ] {
        let ran = directory.run(&["check", file]);
        assert_eq!(ran.code, Some(2), "{file}");
        assert!(ran.stdout.contains(help), "{file}: {}", ran.stdout);
        let json = directory.run(&["check", file, "--format", "json"]).json();
        assert_eq!(json["files"][0]["exit_code"], 2);
    }
}

#[test]
fn garbage_is_found_fault_with_and_never_more() {
    let mut deep = vec![b'['; 100_000];
    let long = format!("[{{\"AllowedOrigins\": [\"{}\"]}}]", "é*".repeat(100_000));
    let huge = format!("[{}]", "{},".repeat(400_000));
    let blank = " ".repeat(2_000_000);
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("white space", b" \n\t\n"),
        ("zeros", b"\0\0\0\0"),
        ("UTF-16", b"\xff\xfe[\0]\0"),
        ("Latin-1", b"[{\"ID\": \"\xe9\"}]"),
        ("half a character", b"[\xe2\x82"),
        ("a string without end", b"[{\"AllowedOrigins\": [\"https://"),
        ("commands for the terminal", b"[{\"\x1b[31mA\x9b\": 1}]"),
        ("right-to-left", "[{\"\u{202e}\": \"\u{2066}\"}]".as_bytes()),
        (
            "a byte order mark",
            b"\xef\xbb\xbf[{\"AllowedOrigins\": 1}]",
        ),
        ("carriage returns", b"[\r\n{\r\n\"x\":\r\n1}\r\n]"),
        ("XML", b"<a><b></a>"),
        ("a tag without end", b"<CORSConfiguration"),
        ("YAML", b"CorsRules:\n  - a"),
        ("deep nesting", {
            deep.push(b'1');
            &deep
        }),
        ("a long line", long.as_bytes()),
        ("many mistakes", huge.as_bytes()),
        ("too much of nothing", blank.as_bytes()),
    ] {
        let ran = run_with_stdin(&["check", "-"], bytes);
        assert_eq!(ran.code, Some(1), "{what}: {}", ran.stdout);
        assert!(ran.stdout.contains("<stdin>"), "{what}");
        assert!(
            ran.stdout.len() < 100_000,
            "{what}: {} bytes",
            ran.stdout.len()
        );
        let hostile =
            |c: char| c.is_control() && c != '\n' || ('\u{202a}'..'\u{202f}').contains(&c);
        assert!(!ran.stdout.contains(hostile), "{what}: {:?}", ran.stdout);
        assert_eq!(ran.stderr, "", "{what}");
        run_with_stdin(&["check", "-", "--format", "json"], bytes).json();
    }
}

#[test]
fn of_very_many_findings_the_severest_are_shown() {
    let rule = |index: usize| {
        let slash = if index == 90 { "/" } else { "" };
        format!(
            "{{\"AllowedOrigins\": [\"https://*.{index}.test\", \"https://*.{index}.example{slash}\"], \
             \"AllowedMethods\": [\"GET\"], \"ExposeHeaders\": [\"x_a\"]}}"
        )
    };
    let rules: Vec<String> = (0..100).map(rule).collect();
    let ran = run_with_stdin(
        &["check", "-"],
        format!("[{}]", rules.join(",\n")).as_bytes(),
    );
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("error[origin-trailing-slash]"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("not shown (use --format json to see all)"),
        "{}",
        ran.stdout
    );
}

#[test]
fn colours_are_for_terminals_and_whoever_asks() {
    let directory = Directory::with(BAD);
    let colourful = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = crate::run::tool();
        command.args(arguments).current_dir(directory.path());
        command.envs(environment.iter().copied());
        let ran = crate::run::ran(command.output().expect("the tool"));
        ran.stdout.contains('\u{1b}')
    };
    for (arguments, environment, expected, reason) in [
        (&["check", "cors.json"][..], &[][..], false, "a pipe"),
        (
            &["check", "cors.json", "--color", "always"],
            &[],
            true,
            "asked for",
        ),
        (
            &["check", "cors.json"],
            &[("CLICOLOR_FORCE", "1")],
            true,
            "asked for by the environment",
        ),
        (
            &["check", "cors.json", "--color", "always"],
            &[("NO_COLOR", "1")],
            true,
            "the flag wins",
        ),
        (
            &["check", "cors.json", "--color", "never"],
            &[("CLICOLOR_FORCE", "1")],
            false,
            "the flag wins",
        ),
    ] {
        assert_eq!(colourful(arguments, environment), expected, "{reason}");
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let many = format!("[{}]", "{},".repeat(100));
    let directory = Directory::with(many);
    let mut child = crate::run::tool()
        .args(["check", "cors.json"])
        .current_dir(directory.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the tool");
    drop(child.stdout.take());
    let ran = crate::run::ran(child.wait_with_output().expect("the tool"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
}

#[test]
fn the_example_of_the_documentation_passes() {
    let rule = |origin: &str, methods: &str, headers: &str| {
        format!(
            r#"{{"AllowedHeaders": [{headers}], "AllowedMethods": [{methods}],
                "AllowedOrigins": ["{origin}"], "ExposeHeaders": []}}"#
        )
    };
    let write = r#""PUT", "POST", "DELETE""#;
    let rules = [
        rule("http://www.example1.com", write, r#""*""#),
        rule("http://www.example2.com", write, r#""*""#),
        rule("*", r#""GET""#, ""),
    ];
    let directory = Directory::with(format!("[{}]", rules.join(",")));
    let ran = directory.run(&["check", "cors.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    for said_once in ["max-age-missing", "upload-without-etag"] {
        assert_eq!(ran.stdout.matches(said_once).count(), 1, "{}", ran.stdout);
    }
    assert!(
        ran.stdout
            .contains("see CORSRules[1].AllowedMethods[0] on line"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_empty_file_gets_advice_for_people_who_write_no_rust() {
    for text in ["", "[]", "{\"CORSRules\": []}"] {
        let directory = Directory::with(text);
        let ran = directory.run(&["check", "cors.json"]);
        assert_eq!(ran.code, Some(1), "{text:?}");
        assert!(!ran.stdout.contains("::"), "{}", ran.stdout);
        assert!(ran.stdout.contains("bucket-cors"), "{}", ran.stdout);
    }
}
