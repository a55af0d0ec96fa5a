//! `s3-cors show`

use crate::run::Directory;

const SITE: &str = r#"[
    {
        "ID": "uploads",
        "AllowedOrigins": ["https://app.example.com", "http://localhost:*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3000
    },
    {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]},
    {"AllowedOrigins": ["https://app.example.com"], "AllowedMethods": ["PUT"]}
]"#;

#[test]
fn who_may_do_what_is_one_table() {
    let directory = Directory::with(SITE);
    let ran = directory.run(&["show", "cors.json"]);
    assert_eq!((ran.code, &ran.stderr[..]), (Some(0), ""));
    assert_eq!(
        ran.stdout,
        r#"                         GET     PUT     HEAD    POST    DELETE
https://app.example.com  [0]     [0,1]   no      no      no
http://localhost:*       [0]     [0]     no      no      no
all other origins        no      no      no      no      no

[0] (uploads) with credentials, with the headers "content-type", exposing "ETag"; the preflight may be cached for 3000 seconds
[1] with credentials, with the headers "*"; the preflight may be cached for 5 seconds, the default
[2] never used: earlier rules respond to all its requests

cors.json: 3 rules, 3 classes of origins
"#
    );
}

#[test]
fn the_same_is_there_for_programs() {
    let directory = Directory::with(SITE);
    let shown = directory
        .run(&["show", "cors.json", "--format", "json"])
        .json();
    assert_eq!(shown["rows"][0]["entries"][0], "https://app.example.com");
    assert_eq!(shown["rows"][2]["other"], true);
    let put = &shown["rows"][0]["cells"][1];
    assert_eq!(put["method"], "PUT");
    assert_eq!(put["grants"][0]["id"], "uploads");
    assert_eq!(put["grants"][1]["rule"], 1);
    let post = &shown["rows"][0]["cells"][3];
    assert_eq!(post["allowed"], false);
    assert_eq!(post["failed"], "method");
    assert_eq!(shown["rows"][2]["cells"][0]["failed"], "origin");
    assert_eq!(
        post["reason"],
        "no rule that allows the Origin has the method in AllowedMethods"
    );
}

#[test]
fn a_configuration_that_s3_would_reject_is_not_shown() {
    let directory = Directory::with(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}]"#);
    let ran = directory.run(&["show", "cors.json"]);
    assert_eq!((ran.code, &ran.stdout[..]), (Some(2), ""));
    assert!(ran.stderr.contains("PATCH"), "{}", ran.stderr);
    let ran = directory.run(&["show", "cors.json", "--format", "json"]);
    assert_eq!(ran.json()["failure"]["file"], "cors.json");
}

#[test]
fn foreign_bytes_do_not_reach_the_terminal() {
    let text = "[{\"ID\": \"\\u001b[31m\", \"AllowedOrigins\": [\"https://\\u001b[31m\\u202e.example\"], \"AllowedMethods\": [\"GET\"], \"AllowedHeaders\": [\"\\u0007x\"]}]";
    let directory = Directory::with(text);
    let ran = directory.run(&["show", "cors.json"]);
    let output = ran.stdout + &ran.stderr;
    assert!(
        !output.contains(['\u{1b}', '\u{202e}', '\u{7}']),
        "{output:?}"
    );
}
