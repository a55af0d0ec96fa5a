//! `Access-Control-Request-Headers`: the names in it, and the header that echoes them.

use super::Echo;

/// The names in a list: split at commas, with white space around them dropped (F18) and empty
/// elements skipped (F19). The list is scanned in place, without allocating.
pub(crate) fn names(line: &[u8]) -> Names<'_> {
    Names { rest: line }
}

#[derive(Debug, Clone)]
pub(crate) struct Names<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let mut list = self.rest;
        if let [b',' | b' ' | b'\t', ..] = list {
            list = without_separators(list);
        }
        if list.is_empty() {
            return None;
        }
        let (name, rest) = list.split_at_checked(up_to_comma(list))?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(trimmed_end(name))
    }
}

/// Skips commas and HTTP's optional white space, which is space and tab.
fn without_separators(mut list: &[u8]) -> &[u8] {
    // Many consecutive commas are an attack, since no real client sends them: skip them in strides.
    const STRIDE: [u8; 64] = [b','; 64];
    while let Some(rest) = list.strip_prefix(&STRIDE) {
        list = rest;
    }
    while let [b',' | b' ' | b'\t', rest @ ..] = list {
        list = rest;
    }
    list
}

/// How many bytes come before the first comma.
#[inline]
fn up_to_comma(mut list: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const COMMAS: u64 = u64::from_ne_bytes([b','; 8]);
    let mut before = 0;
    while let Some((word, rest)) = list.split_first_chunk::<8>() {
        // Commas become zeros; subtracting one sets their highest bit. A borrow can set it as well,
        // but only after the first comma.
        let zeros = u64::from_le_bytes(*word) ^ COMMAS;
        let found = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
        if found != 0 {
            return before + (found.trailing_zeros() / 8) as usize;
        }
        before += 8;
        list = rest;
    }
    let comma = list.iter().position(|&byte| byte == b',');
    before + comma.unwrap_or(list.len())
}

fn count_commas(line: &[u8]) -> usize {
    // Summed up in bytes, which the compiler vectorizes.
    line.chunks(128)
        .map(|bytes| bytes.iter().map(|&byte| u8::from(byte == b',')).sum::<u8>())
        .map(usize::from)
        .sum()
}

fn trimmed_end(mut name: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = name {
        name = rest;
    }
    name
}

/// `Access-Control-Allow-Headers`: the requested names in lower case and in their order, joined
/// by `, ` (F35).
///
/// It is written name by name, as each is found to be allowed. The first few names are only noted,
/// so that nothing is allocated if one of them is not allowed.
#[derive(Debug, Default)]
pub(crate) struct EchoOfNames<'a> {
    few: [&'a [u8]; 8],
    noted: usize,
    /// All names, once there are more than a few.
    joined: Vec<u8>,
}

impl<'a> EchoOfNames<'a> {
    /// Adds a name from a line.
    #[inline]
    pub(crate) fn push(&mut self, name: &'a [u8], line: &[u8]) {
        if let Some(next) = self.few.get_mut(self.noted) {
            *next = name;
            self.noted += 1;
            return;
        }
        if self.joined.is_empty() {
            self.join_noted(line);
        }
        self.joined.extend_from_slice(b", ");
        self.joined.extend_from_slice(name);
    }

    /// Joins the first few names, with room for those of the whole line.
    #[inline(never)]
    fn join_noted(&mut self, line: &[u8]) {
        // Exact for lists as browsers send them, where each comma gains a space.
        self.joined.reserve_exact(line.len() + count_commas(line));
        for (index, name) in self.few.iter().take(self.noted).enumerate() {
            if index > 0 {
                self.joined.extend_from_slice(b", ");
            }
            self.joined.extend_from_slice(name);
        }
    }

    /// The echo of all names: the first line itself if it is spelled the same, `None` if there are
    /// no names (D12).
    pub(crate) fn finish<V>(mut self, first_line: &'a V) -> Option<Echo<'a, V>>
    where
        V: AsRef<[u8]> + ?Sized,
    {
        let line = first_line.as_ref();
        let few = self.few.get(..self.noted)?;
        if few.is_empty() {
            return None;
        }
        if self.joined.is_empty() {
            // Most lists are short.
            if is_joined(few, line) {
                return Some(Echo::Line(first_line));
            }
            self.join_noted(line);
        }
        self.joined.make_ascii_lowercase();
        Some(if self.joined == line {
            Echo::Line(first_line)
        } else {
            Echo::Built(self.joined)
        })
    }
}

/// Whether a line is what joining these names in lower case gives.
fn is_joined(names: &[&[u8]], line: &[u8]) -> bool {
    let mut rest = line;
    for (index, name) in names.iter().enumerate() {
        let after = if index == 0 {
            Some(rest)
        } else {
            rest.strip_prefix(b", ")
        };
        match after.and_then(|after| after.strip_prefix(*name)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty() && !line.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::{Echo, EchoOfNames, count_commas, names, up_to_comma};

    fn echo(line: &[u8]) -> Echo<'_, [u8]> {
        let mut echo = EchoOfNames::default();
        names(line).for_each(|name| echo.push(name, line));
        echo.finish(line).unwrap()
    }

    /// Each list, its names joined by `|`, and whether it is echoed unchanged.
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
        ("a b, c", "a b|c", true),
    ];

    #[test]
    fn lists_are_split_at_commas_and_echoed_in_lower_case() {
        for (list, expected, unchanged) in LISTS {
            let found: Vec<_> = names(list.as_bytes()).map(<[u8]>::escape_ascii).collect();
            let found: Vec<_> = found.into_iter().map(|name| name.to_string()).collect();
            assert_eq!(found.join("|"), expected, "names of {list:?}");

            let line = list.as_bytes();
            let echo = echo(line);
            let expected = expected.to_lowercase().replace('|', ", ");
            assert_eq!(echo.as_bytes(), expected.as_bytes(), "echo of {list:?}");
            assert_eq!(matches!(echo, Echo::Line(_)), unchanged, "line of {list:?}");
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
    fn the_first_comma_is_found_at_any_offset_among_any_other_bytes() {
        for length in 0..40 {
            for filler in [b'a', b',' - 1, b',' + 1, b',' | 0x80, 0, 0xff] {
                let mut list = vec![filler; length];
                assert_eq!(up_to_comma(&list), length, "{filler:#x} x {length}");
                assert_eq!(count_commas(&list), 0);
                for comma in (0..length).rev() {
                    list[comma] = b',';
                    assert_eq!(up_to_comma(&list), comma, "{filler:#x} x {length}");
                    assert_eq!(count_commas(&list), length - comma);
                }
            }
        }
        assert_eq!(count_commas(&[b','; 1000]), 1000);
    }

    #[test]
    fn a_list_as_browsers_send_it_is_echoed_with_a_single_allocation_of_its_exact_length() {
        let Echo::Built(echo) = echo(b"a,bb,ccc") else {
            panic!("it needs spaces");
        };
        assert_eq!((echo.len(), echo.capacity()), (10, 10));
    }
}
