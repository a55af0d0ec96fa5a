//! What a URL names.

use crate::request::ResourceType;

/// What a URL names: a bucket, an object in it, or the service itself.
#[derive(Debug, Clone)]
pub struct Address<'a> {
    bucket: Option<BucketName<'a>>,
    key: &'a str,
    is_website: bool,
}

impl<'a> Address<'a> {
    /// `/bucket/key`
    pub(super) fn path_style(path: &'a str) -> Self {
        let path = path.strip_prefix('/').unwrap_or_default();
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Self::service();
        }
        Self {
            bucket: Some(BucketName::of_path(bucket)),
            key,
            is_website: false,
        }
    }

    /// `/key`
    pub(super) fn in_bucket(bucket: BucketName<'a>, path: &'a str, is_website: bool) -> Self {
        Self {
            bucket: Some(bucket),
            key: path.strip_prefix('/').unwrap_or(path),
            is_website,
        }
    }

    /// What names no bucket.
    pub(super) const fn service() -> Self {
        Self {
            bucket: None,
            key: "",
            is_website: false,
        }
    }

    /// The bucket's name: in lower case from a host name, percent-decoded from a path. `None` for
    /// the service itself, which S3 lists the buckets of.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_ref().map(BucketName::as_str)
    }

    /// The object's key as it stands in the path, percent-encoding included; empty for the bucket
    /// itself.
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// The bucket or an object in it, for the body of a refusal.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        match self.key {
            "" => ResourceType::Bucket,
            _ => ResourceType::Object,
        }
    }

    /// Whether it stands below a [website domain](super::Addressing::website).
    #[must_use]
    pub fn is_website(&self) -> bool {
        self.is_website
    }
}

/// The length of the longest bucket name in bytes (S3's naming rules).
const MAX_NAME: usize = 63;

/// A bucket's name from a URL, which is only copied if it must be decoded.
#[derive(Debug, Clone)]
pub struct BucketName<'a>(Name<'a>);

#[derive(Debug, Clone)]
enum Name<'a> {
    Borrowed(&'a str),
    Copied {
        bytes: [u8; MAX_NAME],
        length: usize,
    },
}

impl<'a> BucketName<'a> {
    pub(super) fn plain(name: &'a str) -> Self {
        Self(Name::Borrowed(name))
    }

    /// Host names have no case, and buckets' names are in lower case.
    pub(super) fn of_host(label: &'a str) -> Self {
        if label.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let lowered = label.bytes().map(|byte| Some(byte.to_ascii_lowercase()));
            return Self::copied(label, lowered);
        }
        Self::plain(label)
    }

    pub(super) fn of_path(segment: &'a str) -> Self {
        if segment.contains('%') {
            return Self::copied(segment, decoded(segment.as_bytes()));
        }
        Self::plain(segment)
    }

    /// As it stands if it is too long or not text after all: no bucket has such a name.
    fn copied(name: &'a str, decoded: impl Iterator<Item = Option<u8>>) -> Self {
        let mut bytes = [0; MAX_NAME];
        let mut length = 0;
        for byte in decoded {
            let (Some(byte), Some(place)) = (byte, bytes.get_mut(length)) else {
                return Self::plain(name);
            };
            *place = byte;
            length += 1;
        }
        match bytes.get(..length).map(std::str::from_utf8) {
            Some(Ok(_)) => Self(Name::Copied { bytes, length }),
            _ => Self::plain(name),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Borrowed(name) => name,
            Name::Copied { bytes, length } => bytes
                .get(..*length)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default(),
        }
    }
}

/// Percent-decoded bytes; `None` for a `%` that no two digits follow.
fn decoded(bytes: &[u8]) -> impl Iterator<Item = Option<u8>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (&first, after) = rest.split_first()?;
        rest = after;
        if first != b'%' {
            return Some(Some(first));
        }
        let Some((digits, after)) = after.split_first_chunk::<2>() else {
            return Some(None);
        };
        rest = after;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let value = digit(digits[0]).zip(digit(digits[1]));
        Some(value.and_then(|(high, low)| u8::try_from(high << 4 | low).ok()))
    })
}
