//! Every number in `LIMITS.md` is one of the code's.

use std::fs;
use std::path::Path;

/// A file, the code in it that has the number, and how the page says it.
type Row = (&'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    (
        "crates/s3-cors/src/limits.rs",
        "MAX_TEXT_BYTES: usize = 1024 * 1024;",
        "1 MiB",
    ),
    (
        "crates/s3-cors/src/limits.rs",
        "MAX_XML_BYTES: usize = 64 * 1024;",
        "64 KiB",
    ),
    (
        "crates/s3-cors/src/limits.rs",
        "MAX_RULES: usize = 100;",
        "100 rules",
    ),
    (
        "crates/s3-cors/src/limits.rs",
        "MAX_ID_CHARACTERS: usize = 255;",
        "255 characters",
    ),
    (
        "crates/s3-cors/src/configuration/read/json_text.rs",
        "MOST_LEVELS: usize = 127;",
        "JSON nested up to 127 levels",
    ),
    (
        "crates/s3-cors/src/configuration/read/xml.rs",
        "MOST_NAMESPACES: usize = 16;",
        "16 mentions of `xmlns`",
    ),
    (
        "crates/s3-cors/src/configuration/read/xml.rs",
        "MOST_ATTRIBUTES: usize = 100;",
        "100 attributes",
    ),
    (
        "crates/s3-cors/src/configuration/read/xml.rs",
        "MOST_EQUALS_SIGNS: usize = MAX_XML_BYTES;",
        "65,536 equals signs",
    ),
    (
        "crates/s3-cors/src/configuration/read/mod.rs",
        "MOST_RULES: usize = 10_000;",
        "10,000 rules",
    ),
    (
        "crates/s3-cors/src/configuration/read/mod.rs",
        "MOST_SPOTS: usize = 20_000;",
        "20,000 rules, members and entries",
    ),
    (
        "crates/s3-cors/src/error/mod.rs",
        "MOST_PROBLEMS: usize = 10_000;",
        "10,000 problems",
    ),
    (
        "crates/s3-cors/src/error/mod.rs",
        "MOST_SHOWN: usize = 100;",
        "100 problems",
    ),
    (
        "crates/s3-cors/src/sanitize.rs",
        "EXCERPT_CHARACTERS: usize = 160;",
        "160 characters",
    ),
    (
        "crates/s3-cors-analysis/src/quoted.rs",
        "MOST: usize = 160;",
        "160 characters",
    ),
    (
        "crates/s3-cors-analysis/src/diff/budget.rs",
        "MOST_PAIRS: usize = 20_000;",
        "20,000 pairs of crossing wildcards",
    ),
    (
        "crates/s3-cors-analysis/src/diff/budget.rs",
        "STEPS: usize = 20_000_000;",
        "20 million steps",
    ),
    (
        "crates/s3-cors-analysis/src/diff/budget.rs",
        "MOST_DIFFERENCES: usize = 1_000;",
        "1,000 differences",
    ),
    (
        "crates/s3-cors-analysis/src/diff/budget.rs",
        "MOST_BYTES: usize = 4 * 1024 * 1024;",
        "4 MiB of differences",
    ),
    (
        "crates/s3-cors-analysis/src/diff/mod.rs",
        "MOST: usize = 5;",
        "5 entries of each list",
    ),
    (
        "crates/s3-cors-analysis/src/changes.rs",
        "MOST_SHOWN: usize = 20;",
        "the first 20 entries",
    ),
    (
        "crates/s3-cors-cli/src/snippet.rs",
        "MOST_SHOWN: usize = 100;",
        "100 findings",
    ),
    (
        "crates/s3-cors-cli/src/diff.rs",
        "MOST_SHOWN: usize = 100;",
        "100 differences",
    ),
    (
        "crates/s3-cors-cli/src/explain/text.rs",
        "MOST_RULES: usize = 12;",
        "12 rules",
    ),
    (
        "crates/s3-cors-cli/src/args.rs",
        "default_value_t = 200,",
        "200 to each endpoint",
    ),
    (
        "crates/s3-cors-cli/src/args.rs",
        "range(1..=100_000)",
        "at most 100,000",
    ),
    (
        "crates/s3-cors-cli/src/args.rs",
        "default_value_t = 20,",
        "20 per second",
    ),
    (
        "crates/s3-cors-cli/src/args.rs",
        "default_value_t = 10,",
        "10 s",
    ),
    (
        "crates/s3-cors-cli/src/probe/client.rs",
        "MOST_BODY: u64 = 16 * 1024;",
        "16 KiB",
    ),
    (
        "crates/s3-cors-cli/src/probe/client.rs",
        "MOST_BODY_TIME: Duration = Duration::from_secs(2);",
        "2 s of it for the body",
    ),
    (
        "crates/s3-cors-cli/src/probe/patience.rs",
        "IN_A_ROW: u32 = 3;",
        "3 consecutive requests",
    ),
    (
        "crates/s3-cors-cli/src/probe/patience.rs",
        "TIMEOUTS: u32 = 6;",
        "6 timeouts",
    ),
    (
        "crates/s3-cors-cli/src/probe/patience.rs",
        "QUICK: Duration = Duration::from_secs(1);",
        "1 s each",
    ),
    (
        "crates/s3-cors-cli/src/probe/patience.rs",
        "Duration::from_secs(number.into()) + 7 * TIMEOUT",
        "1 s for each request and 7 timeouts",
    ),
    (
        "crates/s3-cors-formats/src/read/mod.rs",
        "MAX_FILE_BYTES: usize = 8 * 1024 * 1024;",
        "8 MiB",
    ),
    (
        "crates/s3-cors-formats/src/recognise.rs",
        "MOST_WRITTEN: usize = 2 * 1024 * 1024;",
        "2 MiB",
    ),
    (
        "crates/s3-cors-formats/src/read/mod.rs",
        "MOST: usize = 100;",
        "100 findings",
    ),
    (
        "crates/s3-cors-formats/src/parse/mod.rs",
        "MOST_LEVELS: usize = 100;",
        "100 levels",
    ),
    (
        "tests/suite/bounds/templates.rs",
        "open.repeat(10_000)",
        "10,000 levels",
    ),
    (
        "crates/s3-cors-formats/src/read/rules.rs",
        "MOST_ENTRIES: usize = 100_000;",
        "100,000 rules and entries",
    ),
    (
        "crates/s3-cors-formats/src/read/terraform/hcl.rs",
        "MOST_ELEMENTS: usize = 1000;",
        "1,000 elements",
    ),
    (
        "crates/s3-cors-formats/src/parse/hcl.rs",
        "MOST_STEPS: usize = 200_000;",
        "200,000 steps",
    ),
    (
        "crates/s3-cors-formats/src/parse/hcl.rs",
        "MOST_REFERENCES: usize = 32;",
        "32 references",
    ),
    (
        "crates/s3-cors-formats/src/findings/mod.rs",
        "MOST_FINDINGS: usize = 10_000;",
        "10,000 findings",
    ),
    (
        "crates/s3-cors-formats/src/compare/probes.rs",
        "MOST: usize = 400_000;",
        "400,000 requests",
    ),
    (
        "crates/s3-cors-sources/src/file/mod.rs",
        "timeout: Duration::from_secs(10),",
        "10 s",
    ),
    (
        "crates/s3-cors-sources/src/file/reads.rs",
        "MOST: usize = 4;",
        "4 reads",
    ),
    (
        "crates/s3-cors-sources/src/bucket/mod.rs",
        "timeout: Duration::from_secs(30),",
        "30 s",
    ),
    (
        "crates/s3-cors-sources/src/bucket/cause.rs",
        "MOST_CHARACTERS: usize = 500;",
        "500 characters",
    ),
    (
        "tests/suite/bounds/responses.rs",
        "24_576,",
        "24,576 entries",
    ),
    // Memory, as the tests next to this one count it.
    (
        "tests/suite/bounds/reading.rs",
        "whole.bytes_max < 64 * MB",
        "64 MiB",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "counted.bytes_max < 128 * MB",
        "128 MiB",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "within(\"lint\", 128 * size + MB",
        "128 times the configuration",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "within(\"explain\", 64 * size + 4 * MB",
        "64 times the configuration, and 4 MiB",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "within(\"changes\", 64 * size + MB",
        "64 times the configuration",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "within(\"fetch\", 64 * size + 8 * MB",
        "64 times the configuration, and 8 MiB",
    ),
    (
        "tests/suite/bounds/comparing.rs",
        "within(\"write\", 16 * size + 64 * KB",
        "16 times the configuration",
    ),
    (
        "tests/suite/bounds/templates.rs",
        "whole.bytes_max < 256 * MB",
        "256 MiB for 1 MiB",
    ),
    (
        "tests/suite/bounds/conversions.rs",
        "counted.bytes_max < 256 * MB",
        "at most 256 MiB",
    ),
];

#[test]
fn every_number_of_the_page_is_in_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("LIMITS.md")).expect("the page");
    // Lines are broken anywhere.
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for (file, code, words) in ROWS {
        let text = fs::read_to_string(root.join(file)).expect(file);
        assert!(
            text.contains(code),
            "{file} has no {code:?}: has the number changed?"
        );
        assert!(
            page.contains(words),
            "{words:?} is not on the page, but {code} is in {file}"
        );
    }
    // The longest first: some are a part of others.
    let mut words: Vec<&str> = ROWS.iter().map(|(_, _, words)| *words).collect();
    words.sort_by_key(|words| std::cmp::Reverse(words.len()));
    let (limits, _) = page
        .split_once("## Measured")
        .expect("the limits come first");
    let rest = words
        .iter()
        .fold(limits.to_owned(), |page, words| page.replace(words, ""));
    let numbers: Vec<&str> = rest
        .split(' ')
        .filter(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    assert!(
        numbers.is_empty(),
        "numbers that no row has: {numbers:?} in {rest}"
    );
}
