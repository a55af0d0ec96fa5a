//! What can be said of values that are not known as a whole.

use std::collections::HashMap;

use s3_cors::Place;
use s3_cors_analysis::lint::LintCode;

use super::{lint, of};
use crate::document::{Bucket, Entry};
use crate::finding::{Finding, FindingCode, Related};
use crate::read::AFTER_APPLY;
use crate::value::Knowledge;

pub(super) fn findings(bucket: &Bucket, findings: &mut Vec<Finding>) {
    for (index, rule) in bucket.rules.iter().enumerate() {
        for (key, list) in rule.lists() {
            for (at, entry) in list.entries.iter().enumerate() {
                let place = Place::of_entry(index, key, at);
                match key {
                    "AllowedOrigins" => origin(bucket, &place, entry, findings),
                    "AllowedHeaders" => wildcards(bucket, &place, entry, findings),
                    "ExposeHeaders" => exposed(bucket, &place, entry, findings),
                    _ => {}
                }
            }
        }
    }
    unknown(bucket, findings);
}

/// What is not known, each name once.
fn unknown(bucket: &Bucket, findings: &mut Vec<Finding>) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for unknown in bucket.unknowns() {
        let condition = unknown.name.starts_with("!If ");
        let variable = variable(&unknown.name);
        let name = variable.map_or(unknown.name.as_str(), |name| name);
        let key = format!("{condition} {name}");
        if let Some(finding) = known.get(&key).and_then(|at| findings.get_mut(*at)) {
            let (place, span) = (unknown.place, unknown.span);
            finding.related.push(Related { place, span });
            continue;
        }
        let shown = crate::shown(name);
        let what = match variable {
            Some(_) if condition => format!("the condition `{shown}` is"),
            _ if unknown.name == AFTER_APPLY => "this value is".to_owned(),
            _ => format!("`{shown}` is"),
        };
        let text = format!("{what} known only when deployed, so what depends on it is not checked");
        // A list of rules is more than a variable can be given here.
        let given = condition || unknown.place != Place::document();
        let help = match variable.filter(|_| given) {
            Some(_) if condition => {
                format!("give it with --var {shown}=true or --var {shown}=false")
            }
            Some(_) => format!("give its value with --var {shown}=VALUE"),
            None => "check what the deployment makes of it, such as with `aws s3api \
                     get-bucket-cors`"
                .to_owned(),
        };
        let finding = Finding::new(FindingCode::NotKnown, Some(unknown.span), text, help);
        known.insert(key, findings.len());
        findings.push(finding.at(&bucket.name, unknown.place));
    }
}

/// The name that `--var` takes.
fn variable(name: &str) -> Option<&str> {
    for prefix in ["var.", "!Ref ", "!If "] {
        if let Some(variable) = name.strip_prefix(prefix) {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
            return variable.chars().all(plain).then_some(variable);
        }
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
    (name.chars().all(plain) && (!name.contains('.') || name.contains(':'))).then_some(name)
}

fn origin(bucket: &Bucket, place: &Place, entry: &Entry, findings: &mut Vec<Finding>) {
    let value = &entry.value;
    let mut error = |code: LintCode, text: String, help: &str| {
        findings.push(lint(bucket, place, code, text, help));
    };
    match value.knowledge() {
        Knowledge::Known => return,
        Knowledge::Unknown => {
            let name = value.to_string().to_lowercase();
            let domain = ["domain", "host", "fqdn"]
                .iter()
                .any(|word| name.contains(word));
            if domain
                && !["origin", "url", "uri"]
                    .iter()
                    .any(|word| name.contains(word))
            {
                let missing = value.missing_names().next().unwrap_or_default();
                let missing = crate::shown(variable(missing).unwrap_or(missing));
                let text = format!("`{missing}` looks like a domain without a scheme");
                let help = "put `https://` before it: a browser's origin always has a scheme";
                let finding = of(bucket, place, FindingCode::OriginDomain, text, help);
                findings.push(finding);
            }
            return;
        }
        Knowledge::Partly => {}
    }
    let (prefix, suffix) = (value.prefix(), value.suffix());
    if suffix.ends_with('/') && !suffix.ends_with("://") {
        let help = "remove the slash: a browser's origin never ends with one";
        error(
            LintCode::OriginTrailingSlash,
            format!("\"{value}\" ends with \"/\""),
            help,
        );
    } else if goes_on_with_path(value.literals()) {
        let help = "keep the scheme, the host and the port";
        error(
            LintCode::OriginPath,
            format!("\"{value}\" goes on with a path"),
            help,
        );
    }
    let may_be_scheme = prefix.is_empty()
        || prefix.contains("://")
        || prefix.contains('*')
        || "https://".starts_with(prefix)
        || "http://".starts_with(prefix);
    if !may_be_scheme {
        let help = "put `https://` before it: a browser's origin always has a scheme";
        error(
            LintCode::OriginMissingScheme,
            format!("\"{value}\" has no scheme"),
            help,
        );
    }
    if value
        .literals()
        .any(|text| text.contains(|c: char| c.is_ascii_uppercase()))
    {
        let help = "write it in lower case: S3 compares exactly, and browsers send lower case";
        error(
            LintCode::OriginUpperCase,
            format!("\"{value}\" has upper-case letters"),
            help,
        );
    }
    if value
        .literals()
        .any(|text| text.contains(char::is_whitespace))
    {
        error(
            LintCode::OriginWhitespace,
            format!("\"{value}\" has white space in it"),
            "remove it",
        );
    }
    wildcards(bucket, place, entry, findings);
}

/// Whether a slash stands after the scheme's, and something after that.
fn goes_on_with_path<'v>(literals: impl Iterator<Item = &'v str>) -> bool {
    let known: Vec<&str> = literals.collect();
    let known = known.join("\u{0}");
    let host = known.split_once("://").map_or("", |(_, host)| host);
    host.trim_end_matches('/').contains('/')
}

fn wildcards(bucket: &Bucket, place: &Place, entry: &Entry, findings: &mut Vec<Finding>) {
    if entry.value.knowledge() != Knowledge::Partly {
        return;
    }
    let stars: usize = entry
        .value
        .literals()
        .map(|text| text.matches('*').count())
        .sum();
    if stars > 1 {
        let text = format!("\"{}\" has more than one \"*\"", entry.value);
        let help = "keep one, or write an entry for each value you mean";
        findings.push(of(bucket, place, FindingCode::Rejected, text, help));
    }
}

fn exposed(bucket: &Bucket, place: &Place, entry: &Entry, findings: &mut Vec<Finding>) {
    let partly = entry.value.knowledge() == Knowledge::Partly;
    if partly && entry.value.literals().any(|text| text.contains('*')) {
        let text = format!(
            "\"{}\" has a \"*\", which S3 does not support here",
            entry.value
        );
        let help = "list the headers by name";
        findings.push(of(bucket, place, FindingCode::Rejected, text, help));
    }
}
