//! `Vary`: what S3 sends, and how it joins what an app sends.

use crate::requested_headers;

/// The `Vary` of every answer with CORS headers, byte for byte as S3 sends it.
pub const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// Joins an app's own `Vary` lines with [`VARY`] into the value of one line: the app's names
/// first, then those of S3's it lacks, none of them twice. A `*` says it all and stays alone.
///
/// One line, because some gateways in front of an app drop repeated lines.
///
/// ```
/// let merged = s3_cors::merge_vary([&b"Accept-Encoding, origin"[..]]);
/// assert_eq!(
///     merged,
///     b"Accept-Encoding, origin, Access-Control-Request-Headers, Access-Control-Request-Method"
/// );
/// assert_eq!(s3_cors::merge_vary([&b"*"[..]]), b"*");
/// ```
#[must_use]
pub fn merge_vary<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut merged = Vec::with_capacity(VARY.len() * 2);
    for line in lines.into_iter().chain([VARY.as_bytes()]) {
        for name in requested_headers::names(line) {
            if name == b"*" {
                return b"*".to_vec();
            }
            if requested_headers::names(&merged).any(|known| known.eq_ignore_ascii_case(name)) {
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
