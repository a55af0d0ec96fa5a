//! The page `BEHIND.md`: its snippets are what the writers write of its rules, and the differences
//! below them are all that are found.
//!
//! `UPDATE_BEHIND=1 cargo test -p s3-cors-formats behind` rewrites the snippets.

use s3_cors::CorsConfiguration;
use s3_cors_formats::{Target, convert};

const PAGE: &str = include_str!("../../BEHIND.md");
const MARK: &str = "<!-- convert: ";
const RULES: &str = "<!-- rules -->\n```json\n";
const END: &str = "\n```\n";

#[test]
fn the_snippets_of_the_page_are_what_the_writers_write() {
    let (_, rules) = PAGE.split_once(RULES).expect("the rules of the page");
    let (rules, _) = rules.split_once(END).expect("their end");
    let rules = CorsConfiguration::from_text(rules).expect("they are valid");

    let mut parts = PAGE.split(MARK);
    let mut page = parts.next().unwrap_or_default().to_owned();
    let mut targets = Vec::new();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("the name of a target");
        let (_, rest) = rest.split_once(END).expect("the end of a snippet");
        // What a snippet changes stands below it.
        let rest = match rest.strip_prefix("\n```text\n") {
            Some(rest) => rest.split_once(END).expect("the end of the differences").1,
            None => rest,
        };
        let target = Target::named(name).expect("the name of a target");
        page += &snippet(target, &rules);
        page += rest;
        targets.push(target);
    }
    let services = [
        Target::CloudFront,
        Target::FunctionUrl,
        Target::HttpApi,
        Target::RestApi,
        Target::Alb,
        Target::CloudFrontHeadersPolicy,
    ];
    assert_eq!(targets, services);

    if std::env::var_os("UPDATE_BEHIND").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/BEHIND.md");
        std::fs::write(file, page).expect("the page");
    } else {
        assert_eq!(page, PAGE, "run it with UPDATE_BEHIND=1");
    }
}

fn snippet(target: Target, rules: &CorsConfiguration) -> String {
    let conversion = convert(rules, target).expect("the target takes the rules");
    assert!(!conversion.widens(), "{}", target.name());
    let output = conversion.output.trim_end();
    let mut text = format!("{MARK}{} -->\n```json\n{output}{END}", target.name());
    if !conversion.differences.is_empty() {
        let lines: Vec<String> = conversion
            .differences
            .iter()
            .map(ToString::to_string)
            .collect();
        text += &format!("\n```text\n{}{END}", lines.join("\n"));
    }
    text
}
