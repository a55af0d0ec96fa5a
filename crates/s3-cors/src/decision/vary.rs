//! `Vary`: S3's value merged with the app's own.

use std::collections::HashSet;

use crate::policy::VARY;
use crate::request::names;

/// Merges an app's own `Vary` lines with [`VARY`] into the value of a single line: the app's names
/// first, then those of S3's names that are missing, without duplicates. If a line has a `*`, the
/// result is `*`.
///
/// It is a single line because some gateways in front of an app drop repeated lines.
///
/// ```
/// let merged = s3_cors::adapter::merge_vary([&b"Accept-Encoding, origin"[..]]);
/// assert_eq!(
///     merged,
///     b"Accept-Encoding, origin, Access-Control-Request-Headers, Access-Control-Request-Method"
/// );
/// assert_eq!(s3_cors::adapter::merge_vary([&b"*"[..]]), b"*");
/// ```
#[must_use]
pub fn merge_vary<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut merged = Vec::with_capacity(VARY.len() * 2);
    let mut many: Option<HashSet<Vec<u8>>> = None;
    for line in lines.into_iter().chain([VARY.as_bytes()]) {
        for name in names(line) {
            if name == b"*" {
                return b"*".to_vec();
            }
            if merged.len() > FEW {
                // An app that sends so many can pay for a set.
                let known = many.get_or_insert_with(|| names(&merged).map(lower).collect());
                if !known.insert(lower(name)) {
                    continue;
                }
            } else if names(&merged).any(|known| known.eq_ignore_ascii_case(name)) {
                continue;
            }
            if !merged.is_empty() {
                merged.extend_from_slice(b", ");
            }
            merged.extend_from_slice(name);
        }
    }
    merged
}

/// Bytes of names that are compared one by one.
const FEW: usize = 512;

fn lower(name: &[u8]) -> Vec<u8> {
    name.to_ascii_lowercase()
}
