//! `Access-Control-Request-Headers`: the names in it, and the answer that echoes them.

use crate::decision::Echo;

/// The names a list asks for: split at commas, blanks around them dropped, empty elements
/// skipped. The list is scanned where it stands, never collected.
pub(crate) fn names(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| byte == b',')
        .map(trimmed)
        .filter(|name| !name.is_empty())
}

/// HTTP's optional white space is blank and tab.
pub(crate) fn trimmed(mut name: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = name {
        name = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = name {
        name = rest;
    }
    name
}

/// `Access-Control-Allow-Headers`: the requested names in lower case and in their order, joined
/// by `, `. Recorded from S3 in 2025. `None` if no name was asked for.
pub(crate) fn echo<'a, V: AsRef<[u8]> + ?Sized + 'a>(
    mut lines: impl Iterator<Item = &'a V>,
) -> Option<Echo<'a, V>> {
    let first = lines.next()?;
    let second = lines.next();
    if second.is_none() && is_echo(first.as_ref()) {
        return Some(Echo::Line(first));
    }
    let mut joined = Vec::with_capacity(first.as_ref().len() * 2);
    for line in [first].into_iter().chain(second).chain(lines) {
        for name in names(line.as_ref()) {
            if !joined.is_empty() {
                joined.extend_from_slice(b", ");
            }
            joined.extend(name.iter().map(u8::to_ascii_lowercase));
        }
    }
    (!joined.is_empty()).then_some(Echo::Built(joined))
}

/// Whether a line is its own echo already, so that it can be sent back as it stands.
fn is_echo(line: &[u8]) -> bool {
    let upper = line.iter().any(u8::is_ascii_uppercase);
    let mut rest = line;
    !upper
        && loop {
            let name_ends = rest
                .iter()
                .position(|byte| matches!(byte, b',' | b' ' | b'\t'))
                .unwrap_or(rest.len());
            match rest.split_at_checked(name_ends) {
                None | Some(([], _)) => break false,
                Some((_, [])) => break true,
                Some((_, [b',', b' ', next @ ..])) => rest = next,
                Some(_) => break false,
            }
        }
}
