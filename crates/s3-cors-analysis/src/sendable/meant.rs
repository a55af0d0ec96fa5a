//! What was probably meant by what no browser sends.

use super::{example, is_sendable};

/// What was probably meant by an entry that no browser sends, in a form that one can send.
pub(crate) fn meant(entry: &str) -> Option<String> {
    let trimmed: String = entry.chars().filter(|c| !c.is_whitespace()).collect();
    let trimmed = trimmed.trim_matches(['"', '\'', '`', '<', '>']);
    if trimmed.eq_ignore_ascii_case("null") {
        return Some("null".into());
    }
    if trimmed.matches("://").count() > 1 || trimmed.contains([',', ';', '|']) {
        // Several origins in one entry.
        return None;
    }
    let without_colon = ["https//", "http//"]
        .into_iter()
        .find_map(|start| Some((start, trimmed.strip_prefix(start)?)));
    let trimmed = match without_colon {
        Some((start, rest)) => start.replace("//", "://") + rest,
        None => trimmed.to_owned(),
    };
    let (base, _) = match lacks_slashes(&trimmed) {
        true => (trimmed.as_str(), ""),
        false => split_path(&trimmed),
    };
    let base = match base.split_once("://") {
        // A page that opens a WebSocket has the scheme of pages.
        Some((scheme, host)) if scheme.eq_ignore_ascii_case("wss") => format!("https://{host}"),
        Some((scheme, host)) if scheme.eq_ignore_ascii_case("ws") => format!("http://{host}"),
        Some(_) => base.to_owned(),
        None if base.starts_with('*') || lacks_slashes(base) => base.to_owned(),
        None => {
            // Hardly anybody has a certificate for these.
            let host = base.rsplit_once(':').map_or(base, |(host, _)| host);
            let is_local = host == "localhost"
                || base == "localhost"
                || base.starts_with('[')
                || host.parse::<std::net::Ipv4Addr>().is_ok();
            let scheme = if is_local { "http" } else { "https" };
            format!("{scheme}://{base}")
        }
    };
    if !base.contains('*') {
        // A slash too many is part of a path only for us.
        let whole = trimmed.contains(":///").then_some(&trimmed);
        let sent = cors_fetch::origin_of_page(whole.unwrap_or(&base))?;
        let is_origin = is_sendable(&sent) && sent != "null";
        return is_origin.then_some(sent);
    }
    // A wildcard is no URL, so what can be mended is mended in the text.
    let lower = base.to_ascii_lowercase();
    let default = [("https://", ":443"), ("http://", ":80")];
    let without_port = default
        .iter()
        .find(|(scheme, _)| lower.starts_with(scheme))
        .and_then(|(_, port)| lower.strip_suffix(port));
    let mended = without_port.unwrap_or(&lower);
    example(mended).map(|_| mended.to_owned())
}

/// An origin, and the path, query or fragment after it.
pub(crate) fn split_path(origin: &str) -> (&str, &str) {
    let after_scheme = origin.find("://").map_or(0, |at| at + 3);
    let end = origin
        .char_indices()
        .find(|(at, c)| *at >= after_scheme && matches!(c, '/' | '?' | '#'))
        .map_or(origin.len(), |(at, _)| at);
    origin.split_at_checked(end).unwrap_or((origin, ""))
}

/// Whether a scheme is there, but not the two slashes after it.
pub(crate) fn lacks_slashes(entry: &str) -> bool {
    let lower = entry.trim().to_ascii_lowercase();
    let rest = ["https:", "http:"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.starts_with("//"))
}
