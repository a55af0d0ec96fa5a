//! `diff` of configurations that are equivalent and of some that are not.

use crate::run::Directory;

const BEFORE: &str = r#"[
    {"AllowedOrigins": ["https://a.test"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 60}
]"#;

#[test]
fn configurations_that_mean_the_same_are_equivalent_however_they_are_written() {
    let directory = Directory::with(BEFORE);
    let xml = directory.run(&["convert", "cors.json", "--to", "xml"]);
    directory.write("cors.xml", xml.stdout);
    let ran = directory.run(&["diff", "cors.json", "cors.xml"]);
    assert_eq!(
        ran.stdout,
        "cors.json and cors.xml are equivalent: every request gets the same response\n"
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let json = directory
        .run(&["diff", "cors.json", "cors.xml", "--format", "json"])
        .json();
    assert_eq!(json["equivalent"], true);
}

#[test]
fn what_is_gained_and_lost_is_shown_with_an_example() {
    let directory = Directory::with(BEFORE);
    directory.write(
        "gains.json",
        BEFORE.replace("a.test\"", "a.test\", \"https://b.test\""),
    );
    directory.write("loses.json", BEFORE.replace(", \"PUT\"", ""));
    directory.write("changes.json", BEFORE.replace("60", "3000"));
    for (file, sign, kind, part) in [
        ("gains.json", "+ ", "gains", "https://b.test"),
        ("loses.json", "- ", "loses", "PUT"),
        (
            "changes.json",
            "~ ",
            "changes",
            "    access-control-max-age: 3000\n",
        ),
    ] {
        let ran = directory.run(&["diff", "cors.json", file]);
        assert_eq!(ran.code, Some(1), "{file}");
        let line = ran.stdout.lines().any(|line| line.starts_with(sign));
        assert!(line, "{file}: {}", ran.stdout);
        assert!(ran.stdout.contains(part), "{file}: {}", ran.stdout);
        let json = directory
            .run(&["diff", "cors.json", file, "--format", "json"])
            .json();
        let kinds: Vec<_> = json["differences"]
            .as_array()
            .expect("a list")
            .iter()
            .collect();
        assert!(
            kinds.iter().any(|difference| difference["kind"] == kind),
            "{json}"
        );
    }
}

#[test]
fn either_file_may_be_the_one_that_cannot_be_used() {
    let directory = Directory::with(BEFORE);
    directory.write("bad.json", "[{}]");
    for files in [
        ["cors.json", "bad.json"],
        ["bad.json", "cors.json"],
        ["cors.json", "missing"],
    ] {
        let ran = directory.run(&["diff", files[0], files[1]]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{files:?}");
        assert!(
            ran.stderr.starts_with("error: "),
            "{files:?}: {}",
            ran.stderr
        );
        directory
            .run(&["diff", files[0], files[1], "--format", "json"])
            .json();
    }
}

/// Forty rules with header names of their own, each told apart from each other by some of them.
fn many_differences(seed: u32) -> String {
    let rule = |rule: u32| {
        // As good as thrown dice.
        let die = |name: u32| {
            let number = u64::from(seed) << 32 | u64::from(rule << 8 | name);
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63
        };
        let allowed = (0..60).filter(|name| die(*name) == 0);
        let names: Vec<String> = allowed.map(|name| format!("\"x-{name}\"")).collect();
        let names = names.join(", ");
        let age = rule + 1000 * seed;
        format!(
            r#"{{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": [{names}], "MaxAgeSeconds": {age}}}"#
        )
    };
    let rules: Vec<String> = (0..40).map(rule).collect();
    format!("[{}]", rules.join(",\n"))
}

#[test]
fn differences_without_end_are_cut_and_said_to_be() {
    let directory = Directory::with(many_differences(1));
    directory.write("other.json", many_differences(2));
    let ran = directory.run(&["diff", "cors.json", "other.json"]);
    assert_eq!(ran.code, Some(1));
    let tail = "900 differences are not shown here (--format json has them)\n\n\
                at least 1000 differences, stopped looking\n";
    assert!(ran.stdout.ends_with(tail), "{}", ran.stdout);
    assert!(ran.stdout.len() < 200_000, "{}", ran.stdout.len());
    let json = directory
        .run(&["diff", "cors.json", "other.json", "--format", "json"])
        .json();
    assert_eq!(
        (&json["complete"], &json["equivalent"]),
        (&false.into(), &false.into())
    );
    assert_eq!(json["differences"].as_array().map(Vec::len), Some(1000));
}
