//! Which origins a browser can send: `null`, or a scheme, `://`, a host, and a port unless it is
//! the scheme's default, as the URL standard serializes them.
//!
//! Source: [HTML standard, "serialization of an origin"]; [URL standard, "host serializing"] and
//! "forbidden host code point".
//!
//! [HTML standard, "serialization of an origin"]: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
//! [URL standard, "host serializing"]: https://url.spec.whatwg.org/#host-serializing

use std::collections::BTreeSet;

use s3_cors::Pattern;

/// Whether a pattern matches an origin that a browser can send. This is exact: a small state
/// machine recognises the origins of browsers, and a `*` can stand for any bytes that lead from one
/// state to another.
pub(super) fn can_match(pattern: &Pattern<'_>) -> bool {
    let Some(before) = State::Start.run(pattern.prefix()) else {
        return false;
    };
    let Some(suffix) = pattern.suffix() else {
        return before.is_end();
    };
    let mut reached = BTreeSet::from([before]);
    let mut fresh = vec![before];
    while let Some(state) = fresh.pop() {
        if state.run(suffix).is_some_and(State::is_end) {
            return true;
        }
        for byte in 0..=u8::MAX {
            if let Some(next) = state.step(byte).filter(|next| reached.insert(*next)) {
                fresh.push(next);
            }
        }
    }
    false
}

/// How far a scheme has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scheme {
    /// This many letters of `https`.
    Https(u8),
    Other,
}

/// The part of an origin that has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Start,
    /// This many letters of `null`, which may still become a scheme.
    Null(u8),
    Scheme(Scheme),
    Colon(Scheme),
    Slash(Scheme),
    HostStart(Scheme),
    Host(Scheme),
    /// Inside the brackets of an IPv6 address.
    Brackets(Scheme),
    AfterBrackets(Scheme),
    PortStart(Scheme),
    /// This many digits, and whether they are the start of the default port.
    Port(Scheme, u8, bool),
}

const HTTPS: &[u8] = b"https";
const NULL: &[u8] = b"null";

impl Scheme {
    /// Whether hosts are parsed as domains, which are lower case and have no escapes.
    const fn is_special(self) -> bool {
        matches!(self, Self::Https(4 | 5))
    }

    const fn default_port(self) -> &'static [u8] {
        match self {
            Self::Https(4) => b"80",
            Self::Https(5) => b"443",
            _ => b"",
        }
    }
}

impl State {
    fn run(self, text: &[u8]) -> Option<Self> {
        text.iter().try_fold(self, |state, byte| state.step(*byte))
    }

    fn is_end(self) -> bool {
        match self {
            Self::Null(read) => usize::from(read) == NULL.len(),
            Self::Host(_) | Self::AfterBrackets(_) => true,
            Self::Port(scheme, digits, default) => {
                !(default && usize::from(digits) == scheme.default_port().len())
            }
            _ => false,
        }
    }

    fn step(self, byte: u8) -> Option<Self> {
        Some(match self {
            Self::Start => match byte {
                b'n' => Self::Null(1),
                b'h' => Self::Scheme(Scheme::Https(1)),
                b'a'..=b'z' => Self::Scheme(Scheme::Other),
                _ => return None,
            },
            Self::Null(read) if NULL.get(usize::from(read)) == Some(&byte) => Self::Null(read + 1),
            Self::Null(_) => return Self::Scheme(Scheme::Other).step(byte),
            Self::Scheme(scheme) => match (byte, scheme) {
                (b':', scheme) => Self::Colon(scheme),
                (byte, Scheme::Https(read)) if HTTPS.get(usize::from(read)) == Some(&byte) => {
                    Self::Scheme(Scheme::Https(read + 1))
                }
                (b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.', _) => Self::Scheme(Scheme::Other),
                _ => return None,
            },
            Self::Colon(scheme) if byte == b'/' => Self::Slash(scheme),
            Self::Slash(scheme) if byte == b'/' => Self::HostStart(scheme),
            Self::Colon(_) | Self::Slash(_) => return None,
            Self::HostStart(scheme) if byte == b'[' => Self::Brackets(scheme),
            Self::HostStart(scheme) if is_host(byte, scheme) => Self::Host(scheme),
            Self::Host(scheme) if is_host(byte, scheme) => Self::Host(scheme),
            Self::HostStart(_) => return None,
            Self::Brackets(scheme) => match byte {
                b'0'..=b'9' | b'a'..=b'f' | b':' | b'.' => Self::Brackets(scheme),
                b']' => Self::AfterBrackets(scheme),
                _ => return None,
            },
            Self::Host(scheme) | Self::AfterBrackets(scheme) if byte == b':' => {
                Self::PortStart(scheme)
            }
            Self::Host(_) | Self::AfterBrackets(_) => return None,
            Self::PortStart(scheme) if byte.is_ascii_digit() => {
                let default = scheme.default_port().first() == Some(&byte);
                Self::Port(scheme, 1, default)
            }
            // A port is at most 65535 and has no leading zero; five digits are close enough.
            Self::Port(scheme, digits, default) if byte.is_ascii_digit() && digits < 5 => {
                let same = scheme.default_port().get(usize::from(digits)) == Some(&byte);
                Self::Port(scheme, digits + 1, default && same)
            }
            Self::PortStart(_) | Self::Port(..) => return None,
        })
    }
}

/// Whether the byte is not a forbidden host code point and, for domains, not one that the parser
/// would change.
fn is_host(byte: u8, scheme: Scheme) -> bool {
    let forbidden = matches!(
        byte,
        b' ' | b'#' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|'
    );
    let changed = scheme.is_special() && (byte.is_ascii_uppercase() || byte == b'%');
    byte.is_ascii_graphic() && !forbidden && !changed
}

#[cfg(test)]
mod tests {
    use super::can_match;
    use s3_cors::Pattern;

    const SENT: [&str; 24] = [
        "*",
        "null",
        "n*",
        "https://a.com",
        "http://localhost:3000",
        "http://localhost:*",
        "http://[::1]:80*",
        "https://[::1]",
        "https://*",
        "http*",
        "*.com",
        "*:443",
        "*:80",
        "http://a.com:443",
        "https://a.com:80",
        "https://a.com:4430",
        "https://a.com:44*",
        "chrome-extension://ABC",
        "capacitor://localhost",
        "*://a.com",
        "nullx://a",
        "*l",
        "https://xn--e1a.com",
        "https://a_b.c",
    ];

    const NEVER: [&str; 23] = [
        "",
        "https",
        "https:",
        "https://",
        "a.com",
        "localhost:3000",
        "https://a.com/",
        "https://a.com/*",
        "https://*/",
        "https://A.com",
        "HTTPS://a.com",
        "Https://*",
        "https://a.com:443",
        "http://a.com:80",
        " https://a.com",
        "https://a.com ",
        "https://a.com?b",
        "https://a@b.com",
        "https://\u{e4}.com",
        "NULL",
        "https://a.com:",
        "https:/*//a",
        "https://a.com:123456",
    ];

    #[test]
    fn origins_that_browsers_can_send_are_told_from_others() {
        for pattern in SENT {
            assert!(can_match(&Pattern::new(pattern)), "{pattern:?} can be sent");
        }
        for pattern in NEVER {
            assert!(
                !can_match(&Pattern::new(pattern)),
                "{pattern:?} cannot be sent"
            );
        }
    }
}
