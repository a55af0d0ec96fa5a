//! `explain`: the library decides and explains; these tests check that the tool prints it.

use crate::run::{Directory, run_with_stdin};

const CORS: &str = r#"[
    {
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedMethods": ["GET", "HEAD"]
    },
    {
        "ID": "uploads",
        "AllowedOrigins": ["https://app.example.com"],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["x-amz-*"]
    }
]
"#;

#[test]
fn a_refusal_names_the_condition_and_the_change() {
    let directory = Directory::with(CORS);
    let arguments = [
        "explain",
        "cors.json",
        "--origin",
        "https://app.example.com",
        "-X",
        "PUT",
        "-H",
        "Content-Type: text/plain",
    ];
    let ran = directory.run(&arguments);
    let expected = r#"OPTIONS
Origin: https://app.example.com
Access-Control-Request-Method: PUT
Access-Control-Request-Headers: Content-Type

refused with 403 AccessForbidden: no rule that allows the Origin and the method has an AllowedHeader that matches "Content-Type"
"#;
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    for part in [
        "\n  CORSRules[0]: PUT is not in AllowedMethods; no AllowedHeader matches \"Content-Type\"\n",
        "\n  CORSRules[1] (uploads): no AllowedHeader matches \"Content-Type\"\n",
        "\n  --> cors.json:10:27\n",
        "\nhelp: or, to allow nothing else, add a rule at the end: ",
    ] {
        assert!(
            ran.stdout.contains(part),
            "{part:?} is not in {}",
            ran.stdout
        );
    }
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));

    let json = directory
        .run(&[&arguments[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(json["outcome"], "refused");
    assert_eq!(json["s3_error"]["code"], "AccessForbidden");
    assert_eq!(json["suggestion"]["changes"][0]["kind"], "add-header");
    assert_eq!(json["suggestion"]["changes"][0]["place"]["line"], 10);
}

#[test]
fn the_suggestion_can_be_applied_and_then_the_request_passes() {
    let directory = Directory::with(CORS);
    let request = [
        "--origin",
        "https://app.example.com",
        "--method",
        "PUT",
        "--header",
        "content-type",
    ];
    let explain =
        |file, more: &[&str]| directory.run(&[&["explain", file][..], &request, more].concat());
    assert_eq!(explain("cors.json", &[]).code, Some(1));
    for form in ["console", "cli", "cli-input", "cloudformation", "xml"] {
        let applied = explain("cors.json", &["--apply", form]);
        assert_eq!(applied.code, Some(0), "{}", applied.stderr);
        directory.write("new", applied.stdout);
        let ran = explain("new", &[]);
        assert_eq!(ran.code, Some(0), "{form}: {}", ran.stdout);
        assert!(
            ran.stdout
                .contains("access-control-allow-headers: content-type\n"),
            "{form}"
        );
    }
    explain("cors.json", &["--apply", "cli", "--format", "json"]).json();
}

#[test]
fn outcomes_of_preflights_and_actual_requests_have_their_exit_codes() {
    let directory = Directory::with(CORS);
    for (arguments, code, outcome) in [
        (&["--origin", "https://www.example.com"][..], 0, "preflight"),
        (
            &["--origin", "https://www.example.com", "--actual"],
            0,
            "allowed",
        ),
        (&["--origin", "https://example.com"], 1, "refused"),
        (
            &["--origin", "https://example.com", "--actual"],
            1,
            "not-allowed",
        ),
        (
            &["--origin", "https://www.example.com", "--method", "PATCH"],
            1,
            "refused",
        ),
        (
            &["--origin", "https://www.example.com", "--method", "get"],
            1,
            "refused",
        ),
        (&["--actual"], 1, "not-cors"),
        (&[], 1, "refused"),
    ] {
        let arguments = [&["explain", "cors.json"], arguments].concat();
        let ran = directory.run(&arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.stdout);
        let json = directory
            .run(&[&arguments[..], &["--format", "json"]].concat())
            .json();
        assert_eq!(json["outcome"], outcome, "{arguments:?}");
    }
}

#[test]
fn what_no_change_can_allow_is_said_so() {
    let directory = Directory::with(CORS);
    let patch = [
        "explain",
        "cors.json",
        "--origin",
        "https://a.test",
        "--method",
        "PATCH",
    ];
    let ran = directory.run(&patch);
    assert!(
        ran.stdout
            .contains("help: no change to the configuration helps: "),
        "{}",
        ran.stdout
    );
    let ran = directory.run(&[&patch[..], &["--apply", "cli"]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("PATCH"), "{}", ran.stderr);
}

#[test]
fn of_many_rules_the_closest_are_shown() {
    let rules: Vec<String> = (0..100)
        .map(|index| {
            let methods = if index == 77 { "PUT" } else { "GET" };
            format!("{{\"AllowedOrigins\": [\"https://{index}.test\"], \"AllowedMethods\": [\"{methods}\"]}}")
        })
        .collect();
    let cors = format!("[{}]", rules.join(","));
    let arguments = [
        "explain",
        "-",
        "--origin",
        "https://a.test",
        "--method",
        "PUT",
    ];
    let ran = run_with_stdin(&arguments, cors.as_bytes());
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("\n  CORSRules[77]: "), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("88 rules further from a match not shown"),
        "{}",
        ran.stdout
    );
}

#[test]
fn arguments_can_neither_break_lines_nor_control_the_terminal() {
    let directory = Directory::with(CORS);
    let ran = directory.run(&[
        "explain",
        "cors.json",
        "--origin",
        "https://\u{1b}[31m\na\u{202e}",
        "-X",
        "\r\nGET",
        "-H",
        "\u{7}x",
    ]);
    assert_eq!(ran.code, Some(1));
    let hostile = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!ran.stdout.contains(hostile), "{:?}", ran.stdout);
}

#[test]
fn an_unusable_configuration_is_code_2() {
    for text in ["", "[", "[{}]", "[]"] {
        let ran =
            Directory::with(text).run(&["explain", "cors.json", "--origin", "https://a.test"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{text:?}");
        assert!(
            ran.stderr.starts_with("error: "),
            "{text:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn an_origin_that_no_browser_sends_is_said_to_be_none_with_what_was_meant() {
    let directory = Directory::with(CORS);
    for (origin, meant) in [
        ("https://www.example.com/", "https://www.example.com"),
        ("localhost:3000", "http://localhost:3000"),
        ("www.example.com", "https://www.example.com"),
    ] {
        let said =
            format!("no browser sends the Origin \"{origin}\"; \"{meant}\" was probably meant");
        let asked = ["explain", "cors.json", "--origin", origin];
        let ran = directory.run(&asked);
        assert_eq!(ran.code, Some(1), "{origin}");
        let line = format!("help: no change to the configuration helps: {said}\n");
        assert!(ran.stdout.contains(&line), "{}", ran.stdout);
        assert!(!ran.stdout.contains("help: add"), "{}", ran.stdout);
        let json = directory
            .run(&[&asked[..], &["--format", "json"]].concat())
            .json();
        assert_eq!(json["impossible"], said.as_str());

        for more in [&["--apply", "console"][..], &["--fetch"]] {
            let ran = directory.run(&[&asked[..], more].concat());
            assert_eq!(ran.stdout, "", "{origin} {more:?}");
            assert_eq!(ran.stderr, format!("error: {said}\n"), "{origin} {more:?}");
            let code = if more.contains(&"--fetch") { 2 } else { 1 };
            assert_eq!(ran.code, Some(code), "{origin} {more:?}");
        }
    }
}

#[test]
fn what_is_applied_passes_the_check() {
    let directory = Directory::with(CORS);
    for origin in [
        "https://new.example.com",
        "http://localhost:5173",
        "null",
        "http://[::1]:3000",
    ] {
        let ran = directory.run(&[
            "explain",
            "cors.json",
            "--origin",
            origin,
            "--method",
            "PUT",
            "--header",
            "x-new",
            "--apply",
            "console",
        ]);
        assert_eq!(ran.code, Some(0), "{origin}: {}", ran.stderr);
        directory.write("applied.json", &ran.stdout);
        let ran = directory.run(&["check", "applied.json", "--fail-on", "error"]);
        assert_eq!(ran.code, Some(0), "{origin}: {}", ran.stdout);
    }
}
