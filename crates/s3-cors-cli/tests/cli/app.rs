//! `--app`: the app's own rules, after the bucket's.

use s3_cors::CorsConfiguration;
use serde_json::{Value, json};

use crate::run::{Directory, Ran};

const BUCKET: &str = r#"[
    {"ID": "site", "AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET", "PUT"], "MaxAgeSeconds": 60}
]"#;

const APP: &str = r#"[
    {"AllowedOrigins": ["https://b.test"], "AllowedMethods": ["POST"], "MaxAgeSeconds": 60},
    {"ID": "edit", "AllowedOrigins": ["https://a.test"], "AllowedMethods": ["PATCH", "GET"], "MaxAgeSeconds": 60}
]"#;

fn directory() -> Directory {
    let directory = Directory::with(BUCKET);
    directory.write("app.json", APP);
    directory
}

fn explain(directory: &Directory, method: &str, more: &[&str]) -> Ran {
    let origin = ["--origin", "https://a.test", "--method", method];
    let arguments = ["explain", "cors.json", "--app", "app.json"];
    directory.run(&[&arguments[..], &origin, more].concat())
}

#[test]
fn explain_names_the_list_of_each_rule_and_of_the_one_that_allows_the_request() {
    let directory = directory();
    let ran = explain(&directory, "PATCH", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for line in [
        "allowed by the app's CORSRules[1]: 200\n",
        "  access-control-allow-methods: PATCH, GET\n",
        "tried, the app's own after the bucket's:\n",
        "  CORSRules[0] (site): PATCH is not in AllowedMethods\n",
        "  the app's CORSRules[0]: no AllowedOrigin matches; ",
        "  the app's CORSRules[1] (edit): allows it\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let json = explain(&directory, "PATCH", &["--format", "json"]).json();
    assert_eq!((&json["rule"], &json["list"]), (&json!(1), &json!("app")));
    let lists = json["rules"].as_array().expect("a list").iter();
    let lists: Vec<[&Value; 2]> = lists.map(|rule| [&rule["list"], &rule["rule"]]).collect();
    assert_eq!(json!(lists), json!([["bucket", 0], ["app", 0], ["app", 1]]));

    // What the bucket allows is the bucket's.
    let ran = explain(&directory, "GET", &[]);
    assert!(ran.stdout.contains("allowed by CORSRules[0]: 200\n"));
    assert!(
        !ran.stdout.contains("the app's CORSRules"),
        "{}",
        ran.stdout
    );
    let json = explain(&directory, "GET", &["--format", "json"]).json();
    assert_eq!(
        (&json["rule"], &json["list"]),
        (&json!(0), &json!("bucket"))
    );
}

#[test]
fn explain_says_where_patch_can_be_allowed_and_changes_only_the_bucket() {
    let directory = directory();
    let patch = [
        "explain",
        "cors.json",
        "--app",
        "app.json",
        "--origin",
        "https://b.test",
    ];
    let ran = directory.run(&[&patch[..], &["--method", "PATCH"]].concat());
    assert_eq!(ran.code, Some(1));
    let note = "note: the app's own rules can allow this method";
    assert!(ran.stdout.contains(note), "{}", ran.stdout);
    // Without rules of its own, nobody is told of them.
    let alone = directory.run(&[
        "explain",
        "cors.json",
        "--origin",
        "https://b.test",
        "--method",
        "PATCH",
    ]);
    assert!(!alone.stdout.contains("the app's own"), "{}", alone.stdout);

    let ran = directory.run(&[&patch[..], &["--method", "DELETE", "--apply", "console"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let changed = CorsConfiguration::from_text(&ran.stdout).expect("a configuration");
    assert_eq!(
        changed.cors_rules[0].allowed_methods,
        ["GET", "PUT", "DELETE"]
    );
    assert!(!ran.stdout.contains("PATCH"), "{}", ran.stdout);
}

#[test]
fn a_browser_is_allowed_what_the_apps_own_rules_allow() {
    let directory = directory();
    assert_eq!(explain(&directory, "PATCH", &["--fetch"]).code, Some(0));
    let json = explain(&directory, "PATCH", &["--fetch", "--format", "json"]).json();
    assert_eq!(json["readable"], true);
    let ran = explain(&directory, "DELETE", &["--fetch"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("What the app does:"), "{}", ran.stdout);
}

#[test]
fn check_checks_the_apps_own_file_as_well_with_patch_and_the_same_errors() {
    let directory = directory();
    let ran = directory.run(&["check", "cors.json", "--app", "app.json"]);
    // There are lints.
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    let line = "\napp.json: 2 rules of the app's own, ";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let json = directory.run(&[
        "check",
        "cors.json",
        "--app",
        "app.json",
        "--format",
        "json",
    ]);
    let json = json.json();
    assert_eq!(
        (&json["files"][0]["list"], &json["files"][1]["list"]),
        (&json!("bucket"), &json!("app"))
    );

    for (what, text, expected) in [
        ("a bucket may not", r#"["PATCH"]"#, None),
        (
            "a method that no app may name",
            r#"["TRACE"]"#,
            Some("the app's own rules cannot allow the method \"TRACE\""),
        ),
        (
            "a lint",
            r#"["GET"], "MaxAgeSeconds": 0"#,
            Some("MaxAgeSeconds is 0"),
        ),
    ] {
        let text = format!("[\n{{\"AllowedOrigins\": [\"*\"],\n\"AllowedMethods\": {text}}}]");
        directory.write("app.json", &text);
        let ran = directory.run(&[
            "check",
            "cors.json",
            "--app",
            "app.json",
            "--fail-on",
            "info",
        ]);
        if let Some(expected) = expected {
            assert_eq!(ran.code, Some(1), "{what}");
            assert!(ran.stdout.contains(expected), "{what}: {}", ran.stdout);
            assert!(ran.stdout.contains("app.json:3:"), "{what}: {}", ran.stdout);
        }
        // The bucket's rules may not be swapped with the app's.
        let swapped = directory.run(&["check", "app.json"]);
        assert_eq!(swapped.stdout.contains("PATCH"), what == "a bucket may not");
    }
    // Rules that none reaches, in a file that names PATCH.
    let twice = APP
        .replace("https://b.test", "*")
        .replace("\"POST\"", "\"GET\", \"PATCH\"");
    directory.write("app.json", twice);
    let ran = directory.run(&["check", "cors.json", "--app", "app.json"]);
    assert!(ran.stdout.contains("[rule-unreachable]"), "{}", ran.stdout);
}

#[test]
fn the_limit_of_the_apps_own_rules_is_a_clear_error_everywhere() {
    let directory = directory();
    let rules = |count: usize| {
        let rule = |number| {
            let origin = format!("https://{number}.test");
            json!({"AllowedOrigins": [origin], "AllowedMethods": ["PATCH"], "MaxAgeSeconds": 60})
        };
        json!((0..count).map(rule).collect::<Vec<_>>()).to_string()
    };
    let bucket = rules(100)
        .replace("PATCH", "GET")
        .replace(".test", ".bucket.test");
    directory.write("cors.json", bucket);
    let commands: [&[&str]; 4] = [
        &["check", "cors.json"],
        &[
            "explain",
            "cors.json",
            "--origin",
            "https://27.test",
            "--method",
            "PATCH",
        ],
        &["diff", "cors.json", "cors.json"],
        &["show", "cors.json"],
    ];
    directory.write("app.json", rules(28));
    for command in commands {
        let ran = directory.run(&[command, &["--app", "app.json"]].concat());
        assert_eq!(
            ran.code,
            Some(0),
            "{command:?}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
    directory.write("app.json", rules(29));
    for command in commands {
        let ran = directory.run(&[command, &["--app", "app.json"]].concat());
        let said = ran.stdout + &ran.stderr;
        let error = "the app has 29 rules of its own";
        assert!(said.contains(error), "{command:?}: {said}");
        assert!(said.contains("an app can have 28"), "{command:?}: {said}");
        let code = if command[0] == "check" { 1 } else { 2 };
        assert_eq!(ran.code, Some(code), "{command:?}");
        let json = directory.run(&[command, &["--app", "app.json", "--format", "json"]].concat());
        assert!(json.json().to_string().contains(error));
    }
}

#[test]
fn diff_tries_the_apps_own_rules_after_those_of_both_versions() {
    let directory = directory();
    // The app's own rule takes over, without PUT.
    directory.write("new.json", BUCKET.replace("\"GET\", ", ""));
    let ran = directory.run(&["diff", "cors.json", "new.json", "--app", "app.json"]);
    assert_eq!(ran.code, Some(1));
    for line in [
        "~ \"https://a.test\" gets a different response to GET: ",
        "  cors.json: CORSRules[0] allows it\n",
        "  new.json: the app's CORSRules[1] allows it\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("loses GET"), "{}", ran.stdout);
    let arguments = [
        "diff",
        "cors.json",
        "new.json",
        "--app",
        "app.json",
        "--format",
        "json",
    ];
    let json = directory.run(&arguments).json();
    let get = json["differences"].as_array().expect("a list");
    let get = get
        .iter()
        .find(|one| one["methods"][0] == "GET")
        .expect("a difference");
    assert_eq!(
        [
            &get["list_before"],
            &get["rule_before"],
            &get["list_after"],
            &get["rule_after"]
        ],
        [&json!("bucket"), &json!(0), &json!("app"), &json!(1)]
    );

    // A rule that the app has as well can go.
    let same = BUCKET
        .replace("\"GET\", \"PUT\"", "\"POST\"")
        .replace("a.test", "b.test");
    let both = format!(
        "{},{}",
        BUCKET.trim_end_matches(']'),
        same.trim_start_matches('[')
    );
    directory.write("both.json", both);
    let ran = directory.run(&["diff", "both.json", "cors.json", "--app", "app.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let ran = directory.run(&["diff", "both.json", "cors.json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
}

#[test]
fn show_has_a_column_for_patch_and_names_the_apps_own_rules() {
    let directory = directory();
    let ran = directory.run(&["show", "cors.json", "--app", "app.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for line in [
        "                   GET         PUT         HEAD        POST        DELETE      PATCH\n",
        "https://a.test     [0]         [0]         no          no          no          [app 1]\n",
        "https://b.test     no          no          no          [app 0]     no          no\n",
        "[app 1] (edit) with credentials",
        "cors.json: 1 rule and 2 of the app's own, 3 classes of origins\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let json = directory.run(&["show", "cors.json", "--app", "app.json", "--format", "json"]);
    let json = json.json();
    assert_eq!(json["methods"][5], "PATCH");
    assert_eq!((&json["rules"], &json["app_rules"]), (&json!(1), &json!(2)));
    let row = &json["rows"][0];
    assert_eq!(
        (&row["rules"], &row["app_rules"]),
        (&json!([0]), &json!([1]))
    );
    let grant = &row["cells"][5]["grants"][0];
    assert_eq!((&grant["rule"], &grant["list"]), (&json!(1), &json!("app")));
    let alone = directory.run(&["show", "cors.json"]);
    assert!(!alone.stdout.contains("PATCH"), "{}", alone.stdout);
}

#[test]
fn a_file_of_the_apps_own_rules_that_cannot_be_read_is_named() {
    let directory = directory();
    for command in [
        &["check", "cors.json"][..],
        &["explain", "cors.json", "--origin", "https://a.test"],
        &["diff", "cors.json", "cors.json"],
        &["show", "cors.json"],
    ] {
        let ran = directory.run(&[command, &["--app", "missing.json"]].concat());
        assert_eq!(ran.code, Some(2), "{command:?}");
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("missing.json"), "{command:?}: {said}");
    }
}
