//! `--format github`: workflow commands, which GitHub Actions shows as annotations of the lines.
//!
//! Source: [Workflow commands for GitHub Actions](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

use std::borrow::Cow;
use std::fmt::Write;

use s3_cors_formats::Severity;

use super::Looked;
use super::annotation::{self, Annotation};
use crate::paint::flat;
use crate::report::{Report, Verdict};

pub(super) fn report(files: &[Looked<'_>], verdict: Verdict) -> Report {
    let mut out = String::new();
    for file in files {
        let path = file.path.to_string_lossy();
        if file.is_unreadable() {
            let error = annotation::unreadable(file);
            let _ = writeln!(
                out,
                "::error file={},title=s3-cors::{}",
                property(&path),
                message(&error)
            );
        }
        for annotation in annotation::all(file) {
            command(&path, &annotation, &mut out);
        }
    }
    Report::on_stdout(out, verdict)
}

fn command(path: &str, annotation: &Annotation, out: &mut String) {
    let name = match annotation.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "notice",
    };
    let mut properties = String::new();
    // Standard input is no file of the repository.
    if path != "-" {
        properties += &format!("file={},", property(path));
    }
    let at = &annotation.at;
    if let Some(start) = at.start {
        properties += &format!("line={},", start.line);
        match at.end {
            // Columns are only for annotations of a single line.
            Some(end) if end.line != start.line => properties += &format!("endLine={},", end.line),
            Some(end) => properties += &format!("col={},endColumn={},", start.column, end.column),
            None => properties += &format!("col={},", start.column),
        }
    }
    let mut text = annotation.message.clone();
    for related in &annotation.related {
        text += &format!("\nsee {}", flat(&related.name));
        if let Some(start) = related.start {
            text += &format!(" on line {}", start.line);
        }
    }
    let _ = writeln!(
        out,
        "::{name} {properties}title={}::{}",
        property(&format!("s3-cors {}", annotation.code)),
        message(&text)
    );
}

/// A message, without what would end the command.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property, without what would end it.
fn property(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '\r', '\n', ':', ',']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(message(text).replace(':', "%3A").replace(',', "%2C"))
}

#[cfg(test)]
mod tests {
    use super::{message, property};

    #[test]
    fn nothing_ends_a_command_before_its_end() {
        assert_eq!(message("a: 100%\r\nb, c"), "a: 100%25%0D%0Ab, c");
        assert_eq!(
            property("a%b:c,d\n::error::e"),
            "a%25b%3Ac%2Cd%0A%3A%3Aerror%3A%3Ae"
        );
        assert_eq!(property("infra/cors.json"), "infra/cors.json");
    }
}
