//! Which origins a browser can send: `null`, or what the URL standard makes of a page's URL. The
//! `url` crate, through [`cors_fetch`], is asked; there is no grammar of origins here.

mod meant;

pub(crate) use meant::meant;
#[cfg(feature = "lint")]
pub(crate) use meant::{lacks_slashes, split_path};

use s3_cors::Pattern;

/// Whether a browser can send exactly this origin.
pub(crate) fn is_sendable(origin: &str) -> bool {
    origin == "null"
        || (can_have_page(origin)
            && cors_fetch::origin_of_page(origin).is_some_and(|sent| sent == origin))
}

/// Whether a page can be at a host. The URL standard allows more characters than names in DNS have:
/// `https://a.com,b.com` is a URL, but no page is there.
fn can_have_page(origin: &str) -> bool {
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    // Nobody connects to port 0.
    host.is_none_or(|host| host.bytes().all(plain) && !host.ends_with(":0"))
}

/// An origin that a pattern matches and a browser can send; `None` if there is none.
pub(crate) fn example(entry: &str) -> Option<String> {
    let pattern = Pattern::new(entry);
    if !pattern.is_wildcard() {
        return is_sendable(entry).then(|| entry.to_owned());
    }
    candidates(entry).find(|origin| is_sendable(origin))
}

/// Origins that a wildcard matches, the likeliest first: what a `*` can stand for in a scheme, a
/// host, an address or a port, and in several of them at once.
fn candidates(entry: &str) -> impl Iterator<Item = String> {
    const HOSTS: [&str; 15] = [
        "app",
        "site.example",
        ".site.example",
        "",
        "a",
        "a.",
        "1",
        "1.1",
        "1.1.1",
        "127.0.0.1",
        "[::1]",
        "[::1",
        "::1]",
        "::1",
        "1]",
    ];
    const PORTS: [&str; 8] = ["", ":", ":3000", ":8", "3000", "3", "8", ":1"];
    let (before, after) = entry.split_once('*').unwrap_or((entry, ""));
    let starts = starts(before, after);
    starts.into_iter().flat_map(move |start| {
        HOSTS.into_iter().flat_map(move |host| {
            let start = start.clone();
            let joined = move |port| format!("{before}{start}{host}{port}{after}");
            PORTS.into_iter().map(joined)
        })
    })
}

/// What completes a scheme, if what stands before the `*` has none yet.
fn starts(before: &str, after: &str) -> Vec<String> {
    if before.contains("://") {
        return vec![String::new()];
    }
    let mut starts: Vec<String> = ["https://", "http://", "null", "app://"]
        .into_iter()
        .filter_map(|whole| whole.strip_prefix(before))
        .map(str::to_owned)
        .collect();
    // The scheme, or the rest of `null`, may end behind the `*`.
    starts.extend(["https", "http", "app", "nul", "nu", "n"].map(str::to_owned));
    for colon in ["://", "//", "/", ""] {
        if !after.starts_with("://") {
            starts.push(colon.to_owned());
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::example;
    use s3_cors::Pattern;

    const SENT: [&str; 31] = [
        "*",
        "null",
        "n*",
        "nul*",
        "https://a.com",
        "http://localhost:3000",
        "http://localhost:*",
        "http://localhost:*000",
        "http://[::1]:80*",
        "https://[::1]",
        "http://[*",
        "http://127.0.0.*",
        "https://*",
        "https://*.",
        "http*",
        "*.com",
        "*:443",
        "*:80",
        "*]",
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
        "https:*a.com",
    ];

    const NEVER: [&str; 46] = [
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
        "wss://a.com",
        "ws://localhost:3000",
        "ws*://localhost:3000",
        "file://example.com",
        "file://",
        "http://a.com:06060",
        "http://a.com:65536",
        "https://a.com:00443",
        "http://127.1",
        "http://0x7f.1",
        "http://0177.0.0.1",
        "http://2130706433",
        "http://192.168.000.001",
        "http://256.0.0.1",
        "http://127.0.0.1.",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::1",
        "http://[::g]",
        "http://*.127.0.0.1:3999",
        "http://*.[::1]",
        "https://other]",
        "http://*:065",
        "data:,a",
    ];

    #[test]
    fn what_a_browser_can_send_is_known() {
        for entry in SENT {
            let origin = example(entry).unwrap_or_else(|| panic!("{entry:?} can be sent"));
            let matches = Pattern::new(entry).matches(origin.as_bytes());
            assert!(matches, "{entry:?} does not match {origin:?}");
        }
        for entry in NEVER {
            assert_eq!(example(entry), None, "{entry:?} cannot be sent");
        }
    }
}
