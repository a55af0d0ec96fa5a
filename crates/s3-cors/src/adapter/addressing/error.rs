//! What cannot be an address.

use std::fmt;

use crate::sanitize::excerpt;

/// A host, domain or prefix that no request can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressingError {
    kind: Kind,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    Prefix,
}

impl AddressingError {
    pub(super) fn host(value: &str) -> Self {
        let value = value.into();
        Self {
            kind: Kind::Host,
            value,
        }
    }

    pub(super) fn prefix(value: &str) -> Self {
        let value = value.into();
        Self {
            kind: Kind::Prefix,
            value,
        }
    }

    /// The host, domain or prefix as it was given.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for AddressingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = excerpt(&self.value);
        match self.kind {
            Kind::Host => write!(
                f,
                "\"{value}\" is not a host name; write one without scheme and path, such as \
                 s3.example.com"
            ),
            Kind::Prefix => write!(
                f,
                "\"{value}\" is not a path prefix; begin it with a slash, such as /prod"
            ),
        }
    }
}

impl std::error::Error for AddressingError {}
