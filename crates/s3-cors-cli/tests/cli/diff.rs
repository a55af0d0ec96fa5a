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
