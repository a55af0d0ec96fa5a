//! One entry of `AllowedOrigins` or `AllowedHeaders` as a set of values, and what can be told of
//! such sets exactly: which contains which, and where two meet.
//!
//! Decisions are made by the index alone; here entries are compared with each other.

/// A literal with at most one `*`, which stands for any run of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pattern<'a> {
    /// The whole value, or what stands before the `*`.
    pub(crate) prefix: &'a [u8],
    /// What stands after the `*`, if there is one.
    pub(crate) suffix: Option<&'a [u8]>,
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        match text.split_once('*') {
            Some((prefix, suffix)) => Self {
                prefix: prefix.as_bytes(),
                suffix: Some(suffix.as_bytes()),
            },
            None => Self {
                prefix: text.as_bytes(),
                suffix: None,
            },
        }
    }

    pub(crate) fn matches(&self, value: &[u8]) -> bool {
        let Some(suffix) = self.suffix else {
            return self.prefix == value;
        };
        let rest = value.strip_prefix(self.prefix);
        rest.is_some_and(|rest| rest.ends_with(suffix))
    }
}
