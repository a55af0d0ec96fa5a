//! The ids in a refusal's body and headers.

use std::cell::Cell;
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
/// use s3_cors::adapter::RequestId;
///
/// assert_eq!(RequestId::of(Some(b"01HZX3-trace")).as_bytes(), b"01HZX3-trace");
/// let new = RequestId::of(Some(b"<script>"));
/// assert_eq!(new.as_str().len(), 16);
/// assert!(new.as_bytes().iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RequestId<'a>(Id<'a>);

#[derive(Debug, Clone, Copy)]
enum Id<'a> {
    Taken(&'a [u8]),
    New([u8; 16]),
}

impl<'a> RequestId<'a> {
    /// The id for a request with this `x-request-id`, if it has one.
    #[must_use]
    pub fn of(incoming: Option<&'a [u8]>) -> Self {
        let harmless = |id: &&[u8]| {
            (1..=MAX_LENGTH).contains(&id.len())
                && id
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte))
        };
        Self(match incoming.filter(harmless) {
            Some(id) => Id::Taken(id),
            None => Id::New(hexadecimal(next_number())),
        })
    }

    /// The id.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Id::Taken(id) => id,
            Id::New(digits) => digits,
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // All of it is ASCII.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
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
    HOST_ID.get_or_init(|| {
        let digits = (0..4).flat_map(|_| hexadecimal(next_number()));
        digits.map(char::from).collect()
    })
}

/// Numbers that do not repeat within a process and differ between processes. They need not be
/// unguessable.
fn next_number() -> u64 {
    static START: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    /// How many numbers a thread takes at once, so that threads rarely write the shared counter.
    const TAKEN: u64 = 1024;
    thread_local! {
        /// The next number, and how many are left of those taken.
        static OWN: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    }
    let start = *START.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    let count = OWN.with(|own| {
        let (count, left) = match own.get() {
            (_, 0) => (COUNT.fetch_add(TAKEN, Ordering::Relaxed), TAKEN),
            some => some,
        };
        own.set((count.wrapping_add(1), left - 1));
        count
    });
    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a permutation of 64-bit numbers.
    let mut z = start.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Sixteen upper-case hexadecimal digits, like S3's request ids.
fn hexadecimal(number: u64) -> [u8; 16] {
    let [high, low] = [number >> 32, number & 0xffff_ffff].map(eight_digits);
    let mut digits = [0; 16];
    let (first, second) = digits.split_at_mut(8);
    first.copy_from_slice(&high);
    second.copy_from_slice(&low);
    digits
}

/// The digits of a number below 2³², computed all at once: its half-bytes are spread over the bytes
/// of a word, highest first, and each byte becomes its digit.
fn eight_digits(number: u64) -> [u8; 8] {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let spread = (number | number << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let spread = (spread | spread << 4) & (EACH * 0xf);
    // 1 in each byte above 9, whose digit is a letter.
    let letters = (spread + EACH * 6) >> 4 & EACH;
    let digits = spread + EACH * u64::from(b'0') + letters * u64::from(b'A' - b'9' - 1);
    digits.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::{hexadecimal, next_number};

    #[test]
    fn digits_are_the_same_as_formatting_gives() {
        let places = (0..64).flat_map(|place| (0..16).map(move |digit| digit << place));
        for number in places.chain([0, u64::MAX, 0x0123_4567_89ab_cdef]) {
            let expected = format!("{number:016X}");
            assert_eq!(hexadecimal(number), expected.as_bytes(), "{number:#x}");
        }
    }

    #[test]
    fn no_number_repeats_on_any_thread() {
        let numbers: Vec<Vec<u64>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..5000).map(|_| next_number()).collect()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        let distinct: HashSet<u64> = numbers.iter().flatten().copied().collect();
        assert_eq!(distinct.len(), 20_000);
    }
}
