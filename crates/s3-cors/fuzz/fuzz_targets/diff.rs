//! Two small lists of rules: the differences are those that brute force finds.
//!
//! A line is a rule: origins, methods, headers and an age, with `;` between them and `,` between
//! entries. An empty line stands between the two lists.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use s3_cors::{CorsConfiguration, CorsRule};
use s3_cors_analysis::diff::{Comparison, diff};
use s3_cors_fuzz::brute_force::{Values, assert_told};

/// Few enough that all words are tried in no time. No entry has a `z`.
static VALUES: LazyLock<Values> = LazyLock::new(|| Values::of("aA.z", "ab-z", 4));

const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// More make brute force slow.
const RULES: usize = 5;
const ENTRIES: usize = 4;
const LETTERS: usize = 4;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let mut rules = || -> Vec<CorsRule> {
        let lines = lines.by_ref().take_while(|line| !line.is_empty());
        lines.take(RULES).map(rule).collect()
    };
    let (before, after) = (rules(), rules());
    if before.is_empty() || after.is_empty() {
        return Corpus::Reject;
    }
    let [one, other] = [&before, &after].map(|rules| CorsConfiguration::new(rules.clone()));
    let found = match diff(&one, &other).expect("valid configurations") {
        Comparison::Equivalent => Vec::new(),
        Comparison::Different(found) => found,
        other => panic!("so few entries are all looked at: {other:?}"),
    };
    assert_told(&before, &after, &[], &found, &VALUES);
    Corpus::Keep
});

fn rule(line: &[u8]) -> CorsRule {
    let mut fields = line.split(|&byte| byte == b';');
    let mut entries = |letters: &[u8]| -> Vec<String> {
        let field = fields.next().unwrap_or_default();
        let entries = field.split(|&byte| byte == b',').take(ENTRIES);
        entries.map(|entry| pattern(entry, letters)).collect()
    };
    let origins = entries(b"aA.");
    let methods = entries(b"01234");
    let headers = entries(b"aB-");
    let age = entries(b"0123").concat();
    let mut methods: Vec<&str> = methods
        .iter()
        .filter_map(|method| METHODS.get(method.parse::<usize>().ok()?).copied())
        .collect();
    if methods.is_empty() {
        methods.push("GET");
    }
    let mut rule = CorsRule::new(origins, methods);
    rule.allowed_headers = headers
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    rule.max_age_seconds = age.parse().ok();
    rule
}

/// A few letters with a wildcard, if there is one.
fn pattern(entry: &[u8], letters: &[u8]) -> String {
    let mut stars = 0;
    let characters = entry.iter().take(LETTERS).filter_map(|&byte| {
        if byte == b'*' {
            stars += 1;
            return (stars == 1).then_some('*');
        }
        let own = letters.contains(&byte).then_some(byte);
        let letter = own.or_else(|| letters.get(usize::from(byte) % letters.len()).copied());
        letter.map(char::from)
    });
    characters.collect()
}
