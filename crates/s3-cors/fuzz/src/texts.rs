//! What must hold for every text, be it a configuration or not.

use s3_cors::{
    ConfigError, CorsConfiguration, CorsPolicy, Dialect, Position, Problem, ProblemKind,
};

const DIALECTS: [Dialect; 5] = [
    Dialect::Console,
    Dialect::Cli,
    Dialect::CliInput,
    Dialect::CloudFormation,
    Dialect::Xml,
];

/// Reads bytes as a configuration. What is accepted must pass the checks, compile, and survive
/// being written in every dialect; what is refused must be refused with a usable error.
///
/// # Panics
///
/// If one of these does not hold.
pub fn assert_read_soundly(bytes: &[u8]) {
    match CorsConfiguration::from_slice(bytes) {
        Ok(config) => assert_usable(&config),
        Err(error) => {
            assert_explained(&error, bytes);
            assert_moved(&error, bytes);
        }
    }
}

fn assert_usable(config: &CorsConfiguration) {
    assert_eq!(config.check(), Ok(()));
    let policy = CorsPolicy::new(config).expect("checked already");
    assert_eq!(policy.rule_count(), config.cors_rules.len());
    for dialect in DIALECTS {
        let text = config.to_text(dialect);
        let read = CorsConfiguration::from_text(&text);
        let mut expected = config.clone();
        if dialect == Dialect::CloudFormation {
            for rule in &mut expected.cors_rules {
                rule.max_age_seconds.get_or_insert(0);
            }
        }
        assert_eq!(read.as_ref(), Ok(&expected), "as {dialect:?}:\n{text}");
    }
}

fn assert_explained(error: &ConfigError, bytes: &[u8]) {
    let problems = error.problems();
    assert!(!problems.is_empty());
    assert!(
        problems.is_sorted_by_key(|problem| problem.place().position()),
        "not in the order of the text:\n{error}"
    );
    assert!(!error.to_string().is_empty());
    let text = utf8(bytes);
    for problem in problems {
        assert!(!problem.to_string().is_empty());
        assert!(!problem.help().is_empty());
        if let Some(s3_error) = problem.s3_error() {
            assert!(s3_error.to_string().starts_with(s3_error.code()));
        }
        if let Some(position) = problem.place().position() {
            // Whether a byte order mark, which no editor shows, counts is nobody's concern.
            let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
            assert!(
                is_in(position, text) || is_in(position, unmarked),
                "{position:?} is no position in the text:\n{error}"
            );
        }
    }
}

/// A blank line before the text moves every position by a line and by nothing else.
fn assert_moved(error: &ConfigError, bytes: &[u8]) {
    let not_utf8 = |problem: &Problem| matches!(problem.kind(), ProblemKind::NotUtf8 { .. });
    if bytes.starts_with("\u{feff}".as_bytes()) || error.problems().iter().any(not_utf8) {
        // A byte order mark and UTF-16 are what they are only at the very beginning.
        return;
    }
    let lower = CorsConfiguration::from_slice(&[b"\n", bytes].concat());
    let lower = lower.expect_err("refused without the blank line");
    let moved = problem_positions(error)
        .map(|position| position.map(|(line, column, offset)| (line + 1, column, offset + 1)));
    assert!(
        moved.eq(problem_positions(&lower)),
        "{error}\nbut after a blank line:\n{lower}"
    );
}

fn problem_positions(
    error: &ConfigError,
) -> impl Iterator<Item = Option<(usize, usize, usize)>> + '_ {
    error.problems().iter().map(|problem| {
        let position = problem.place().position()?;
        Some((position.line, position.column, position.offset))
    })
}

/// The bytes up to the first that is not UTF-8.
fn utf8(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("valid up to here"),
    }
}

/// Whether the offset lies in the text, between two characters, and line and column are counted
/// up to it.
fn is_in(position: Position, text: &str) -> bool {
    let Some(before) = text.get(..position.offset) else {
        return false;
    };
    let line = before.matches('\n').count() + 1;
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    (position.line, position.column) == (line, last_line.chars().count() + 1)
}
