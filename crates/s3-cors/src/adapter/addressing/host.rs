//! Host names, compared without port, dot at the end, and case.

use super::AddressingError;

/// The longest host name that DNS has, in bytes.
const MAX_NAME: usize = 253;

/// A request's host without its port and the dot at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Host<'a>(&'a str);

impl<'a> Host<'a> {
    pub(super) fn of(host: &'a str) -> Self {
        // An IPv6 address has colons of its own, inside brackets.
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        Self(name.strip_suffix('.').unwrap_or(name))
    }

    pub(super) fn name(self) -> &'a str {
        self.0
    }

    /// What stands before a domain and its dot; empty if it is the domain itself, `None` if it is
    /// another.
    pub(super) fn below(self, domain: &str) -> Option<&'a str> {
        let start = self.0.len().checked_sub(domain.len())?;
        let (before, end) = self.0.split_at_checked(start)?;
        if !end.eq_ignore_ascii_case(domain) {
            return None;
        }
        match before {
            "" => Some(""),
            _ => before.strip_suffix('.').filter(|label| !label.is_empty()),
        }
    }
}

/// A name in lower case, without allocating.
#[derive(Debug)]
pub(super) struct Lowered {
    bytes: [u8; MAX_NAME],
    length: usize,
}

impl Lowered {
    /// Empty if it is too long for a host name.
    pub(super) fn of(name: &str) -> Self {
        let mut lowered = Self {
            bytes: [0; MAX_NAME],
            length: 0,
        };
        if let Some(place) = lowered.bytes.get_mut(..name.len()) {
            place.copy_from_slice(name.as_bytes());
            place.make_ascii_lowercase();
            lowered.length = name.len();
        }
        lowered
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

/// A host name from a configuration, as requests are compared with it.
pub(super) fn configured(host: &str) -> Result<Box<str>, AddressingError> {
    let name = Host::of(host).name();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.[]:".contains(&byte);
    let empty_label = !name.contains(':') && name.split('.').any(str::is_empty);
    if name.is_empty() || name.len() > MAX_NAME || empty_label || !name.bytes().all(is_name) {
        return Err(AddressingError::host(host));
    }
    Ok(name.to_ascii_lowercase().into())
}
