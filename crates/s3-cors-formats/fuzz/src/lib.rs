//! What must hold of every file and every conversion.

pub mod conversions;

use s3_cors_formats::{Finding, Variables, read};

/// Reads a file, and checks that every finding is at a place that the file has and has nothing in
/// it that breaks a line.
///
/// # Panics
///
/// If one is not.
pub fn assert_read_soundly(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let check = |finding: &Finding| {
        let shown = finding.to_string();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        if let Some(span) = finding.span {
            let range = span.start.offset..span.end.offset;
            assert!(text.get(range).is_some(), "{shown}");
        }
    };
    match read(name, bytes, &Variables::default()) {
        Ok(document) => {
            document.findings().iter().for_each(check);
            for bucket in document.buckets() {
                let _ = bucket.deployed();
            }
        }
        Err(error) => error.findings().iter().for_each(check),
    }
}
