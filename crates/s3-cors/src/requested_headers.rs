//! `Access-Control-Request-Headers`: the names in it, and the answer that echoes them.

use crate::decision::Echo;

/// The names a list asks for: split at commas, blanks around them dropped, empty elements
/// skipped. The list is scanned where it stands, never collected.
pub(crate) fn names(line: &[u8]) -> Names<'_> {
    Names { rest: line }
}

#[derive(Debug, Clone)]
pub(crate) struct Names<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let list = without_separators(self.rest);
        if list.is_empty() {
            return None;
        }
        let comma = list.iter().position(|&byte| byte == b',');
        let (name, rest) = list.split_at_checked(comma.unwrap_or(list.len()))?;
        self.rest = rest;
        Some(trimmed_end(name))
    }
}

/// Skips commas and HTTP's optional white space, blank and tab.
fn without_separators(mut list: &[u8]) -> &[u8] {
    // Nobody needs many commas in a row, so whoever sends them means harm: skip them in strides.
    const STRIDE: [u8; 64] = [b','; 64];
    while let Some(rest) = list.strip_prefix(&STRIDE) {
        list = rest;
    }
    while let [b',' | b' ' | b'\t', rest @ ..] = list {
        list = rest;
    }
    list
}

fn trimmed_end(mut name: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = name {
        name = rest;
    }
    name
}

/// `Access-Control-Allow-Headers`: the requested names in lower case and in their order, joined
/// by `, `. Recorded from S3 in 2025.
///
/// The first line and those after it hold so many names, at least one.
pub(crate) fn echo<'a, V>(
    first: &'a V,
    others: impl Iterator<Item = &'a V>,
    count: usize,
) -> Echo<'a, V>
where
    V: AsRef<[u8]> + ?Sized + 'a,
{
    let mut others = others.peekable();
    if others.peek().is_none() && is_echo(first.as_ref()) {
        return Echo::Line(first);
    }
    // Exact for one list as browsers send it, of which each comma gains a blank.
    let mut joined = Vec::with_capacity(first.as_ref().len() + count - 1);
    for line in [first].into_iter().chain(others) {
        for name in names(line.as_ref()) {
            if !joined.is_empty() {
                joined.extend_from_slice(b", ");
            }
            joined.extend_from_slice(name);
        }
    }
    joined.make_ascii_lowercase();
    Echo::Built(joined)
}

/// Whether a line is its own echo already, so that it can be sent back as it stands.
fn is_echo(line: &[u8]) -> bool {
    // As if after a separator: a name must come first.
    let mut previous = b' ';
    for &byte in line {
        let fits = match byte {
            b' ' => previous == b',',
            b',' => !matches!(previous, b',' | b' '),
            b'\t' | b'A'..=b'Z' => false,
            _ => previous != b',',
        };
        if !fits {
            return false;
        }
        previous = byte;
    }
    !matches!(previous, b',' | b' ')
}

#[cfg(test)]
mod tests {
    use super::{Echo, echo, names};

    /// Each list, its names joined by `|`, and whether it is sent back as it stands.
    const LISTS: [(&str, &str, bool); 16] = [
        ("a", "a", true),
        ("a, b", "a|b", true),
        (
            "x-amz-date, content-type, c",
            "x-amz-date|content-type|c",
            true,
        ),
        ("a,b", "a|b", false),
        ("a , b", "a|b", false),
        ("a,  b", "a|b", false),
        ("a,\tb", "a|b", false),
        (" a", "a", false),
        ("a ", "a", false),
        (",a", "a", false),
        ("a,", "a", false),
        ("a, ", "a", false),
        ("a,,b", "a|b", false),
        ("a, , b", "a|b", false),
        ("A, b", "A|b", false),
        ("a b, c", "a b|c", false),
    ];

    #[test]
    fn lists_are_split_at_commas_and_echoed_in_lower_case() {
        for (list, expected, as_it_stands) in LISTS {
            let found: Vec<_> = names(list.as_bytes()).map(<[u8]>::escape_ascii).collect();
            let found: Vec<_> = found.into_iter().map(|name| name.to_string()).collect();
            assert_eq!(found.join("|"), expected, "names of {list:?}");

            let line = list.as_bytes();
            let echo = echo(line, std::iter::empty(), found.len());
            let expected = expected.to_lowercase().replace('|', ", ");
            assert_eq!(echo.as_bytes(), expected.as_bytes(), "echo of {list:?}");
            assert_eq!(
                matches!(echo, Echo::Line(_)),
                as_it_stands,
                "line of {list:?}"
            );
        }
    }

    #[test]
    fn lists_without_a_name_have_no_names_however_long_they_are() {
        for length in [0, 1, 63, 64, 65, 127, 128, 129, 8192] {
            let commas = vec![b','; length];
            assert_eq!(names(&commas).next(), None, "{length} commas");
            let named = [&commas[..], b" \ta\t ", &commas].concat();
            assert_eq!(names(&named).collect::<Vec<_>>(), [b"a"], "{length} commas");
        }
    }

    #[test]
    fn a_list_as_browsers_send_it_is_echoed_with_a_single_allocation_of_its_exact_length() {
        let Echo::Built(echo) = echo(&b"a,bb,ccc"[..], std::iter::empty(), 3) else {
            panic!("it needs blanks");
        };
        assert_eq!((echo.len(), echo.capacity()), (10, 10));
    }
}
