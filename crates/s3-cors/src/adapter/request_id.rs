//! The ids in a refusal's body and headers.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest id that is reused from a request.
const MAX_LENGTH: usize = 128;

/// The `RequestId` of an error: the caller's own if it is a safe token, else a new one.
///
/// A safe token is up to 128 letters, digits and `-_.:+/=`. That covers UUIDs, ULIDs, trace ids and
/// base64, and needs no escaping in XML or in a header.
///
/// ```
/// use s3_cors::adapter::request_id;
///
/// assert_eq!(request_id(Some(b"01HZX3-trace")), "01HZX3-trace");
/// let new = request_id(Some(b"<script>"));
/// assert_eq!(new.len(), 16);
/// assert!(new.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')));
/// ```
#[must_use]
pub fn request_id(incoming: Option<&[u8]>) -> String {
    let harmless = |id: &&[u8]| {
        (1..=MAX_LENGTH).contains(&id.len())
            && id
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte))
    };
    match incoming.filter(harmless) {
        Some(id) => id.iter().copied().map(char::from).collect(),
        None => hexadecimal(next_number()),
    }
}

/// The `HostId` of an error: constant within a process, different between processes.
///
/// ```
/// assert_eq!(s3_cors::adapter::host_id(), s3_cors::adapter::host_id());
/// ```
#[must_use]
pub fn host_id() -> &'static str {
    static HOST_ID: OnceLock<String> = OnceLock::new();
    HOST_ID.get_or_init(|| (0..4).map(|_| hexadecimal(next_number())).collect())
}

/// Numbers that do not repeat within a process and differ between processes. They need not be
/// unguessable.
fn next_number() -> u64 {
    static START: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let start = *START.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a permutation of 64-bit numbers.
    let mut z = start.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Sixteen upper-case hexadecimal digits, like S3's request ids.
fn hexadecimal(number: u64) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digits: [u8; 16] = std::array::from_fn(|place| {
        let value = (number >> (60 - 4 * place)) & 0xf;
        DIGITS.get(value as usize).copied().unwrap_or_default()
    });
    String::from_utf8_lossy(&digits).into_owned()
}
