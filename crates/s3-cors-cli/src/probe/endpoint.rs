//! The URL of an endpoint.

use ureq::http::Uri;

use crate::paint::flat;
use crate::password::{HIDDEN, hidden};

/// An absolute URL over HTTP.
pub(super) fn endpoint(url: &str) -> Result<Uri, String> {
    let shown = flat(&hidden(url));
    let uri: Uri = url
        .parse()
        .map_err(|error| format!("\"{shown}\" is no URL: {error}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => {}
        _ => {
            return Err(format!(
                "\"{shown}\" is no URL to probe: write it in full, as https://host/path"
            ));
        }
    }
    match port(&uri) {
        // Nothing after the colon is the scheme's own port.
        None | Some("") => Ok(uri),
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(uri),
        // Not to be repeated: it may be half a password.
        Some(_) => Err(format!(
            "\"{shown}\" names a port that does not exist: ports go from 1 to 65535"
        )),
    }
}

/// What stands after the host's colon.
fn port(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?.as_str();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    // An IPv6 address has colons of its own, in brackets.
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after.split_once(':').map(|(_, port)| port)
}

/// As reports show it: without a password.
pub(super) fn shown(uri: &Uri) -> String {
    let url = uri.to_string();
    let Some((user, _)) = uri.authority().and_then(|a| a.as_str().rsplit_once('@')) else {
        return flat(&url);
    };
    match user.split_once(':') {
        Some((name, password)) => {
            let secret = format!("{name}:{password}@");
            flat(&url.replacen(&secret, &format!("{name}:{HIDDEN}@"), 1))
        }
        None => flat(&url),
    }
}

#[cfg(test)]
mod tests {
    use super::{endpoint, shown};

    #[test]
    fn a_password_is_never_shown() {
        for (url, expected) in [
            ("http://user:pass@host/", "http://user:***@host/"),
            (
                "http://user:pa:ss@host:80/a@b:c",
                "http://user:***@host:80/a@b:c",
            ),
            ("http://user@host/", "http://user@host/"),
            ("https://host/@a:b", "https://host/@a:b"),
        ] {
            assert_eq!(shown(&endpoint(url).expect("a URL")), expected);
        }
        for url in [
            "user:pass@host",
            "ftp://user:pass@host/",
            "http://user:pa ss@host/",
            "http://user:pa/ss@host/",
            "http://user:pass@host:99999/",
            "http://user:pass@",
        ] {
            let told = endpoint(url)
                .map(|uri| shown(&uri))
                .unwrap_or_else(|error| error);
            assert!(!told.contains("pass") && !told.contains("ss@"), "{told}");
        }
    }

    #[test]
    fn a_port_that_does_not_exist_is_refused() {
        for url in [
            "http://host:99999/",
            "http://[::1]:65536/",
            "http://host:0/",
        ] {
            let told = endpoint(url).expect_err(url);
            assert!(told.contains("ports go from 1 to 65535"), "{told}");
        }
        for url in [
            "http://host:65535/",
            "http://[::1]:80/",
            "http://[::1]/",
            "http://h:/",
        ] {
            assert!(endpoint(url).is_ok(), "{url}");
        }
    }
}
