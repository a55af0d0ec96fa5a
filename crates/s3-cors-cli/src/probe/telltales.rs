//! Origins that only a faulty comparison lets in: a server that allows one of them tells how it
//! compares.

use s3_cors_analysis::explain::NeverSent;

use super::origins;

/// Where anybody can run scripts. Servers that allow such an origin allow everybody.
const THIRD_PARTIES: [&str; 2] = ["https://cdpn.io", "https://fiddle.jshell.net"];

/// A fault in how a server compares origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    /// What the server does, after "the endpoint allows \"https://…\": ".
    pub(crate) text: &'static str,
    pub(crate) help: &'static str,
}

/// An origin that shows a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Telltale {
    pub(crate) origin: String,
    pub(crate) fault: Fault,
}

const PRE_DOMAIN: Fault = Fault {
    code: "pre-domain",
    text: "it compares only the end of the host, so anybody can register a domain that ends like \
           an allowed one",
    help: "compare whole origins, or require a dot before the domain",
};
const POST_DOMAIN: Fault = Fault {
    code: "post-domain",
    text: "it compares only the beginning of the origin, so any domain that starts like an allowed \
           one is let in",
    help: "compare whole origins; end a regular expression with `$`",
};
const UNESCAPED_DOT: Fault = Fault {
    code: "unescaped-dot",
    text: "a dot of a regular expression stands for any character, so anybody can register a \
           domain that matches",
    help: "write `\\.` for a dot in a regular expression, or compare whole origins",
};
const PLAIN_HTTP: Fault = Fault {
    code: "plain-http",
    text: "it allows the unencrypted origin as well, whose pages anybody on the network can modify",
    help: "allow `https://` only",
};
const NULL_ORIGIN: Fault = Fault {
    code: "null-origin",
    text: "every sandboxed frame and local file has this origin, and anybody can create one",
    help: "do not allow `null`",
};
const THIRD_PARTY: Fault = Fault {
    code: "third-party",
    text: "anybody can publish scripts there",
    help: "allow your own origins only",
};

/// All faults, in the order in which they are shown.
pub(crate) const FAULTS: [Fault; 6] = [
    PRE_DOMAIN,
    POST_DOMAIN,
    UNESCAPED_DOT,
    PLAIN_HTTP,
    NULL_ORIGIN,
    THIRD_PARTY,
];

/// Origins that resemble an entry of `AllowedOrigins` and that a faulty comparison lets in.
pub(crate) fn of_entry(entry: &str) -> Vec<Telltale> {
    let Some(inside) = origins::inside(entry).map(|sample| sample.origin) else {
        return Vec::new();
    };
    let Some((scheme, host)) = inside.split_once("://").filter(|_| entry.contains("://")) else {
        return Vec::new();
    };
    let mut telltales = Vec::new();
    let mut tell = |origin: String, fault| telltales.push(Telltale { origin, fault });
    match entry.split_once("*.") {
        // A comparison that forgets the dot lets in other domains with the same end.
        Some((before, domain)) => tell(format!("{before}evil{domain}"), PRE_DOMAIN),
        None => tell(format!("{scheme}://evil{host}"), PRE_DOMAIN),
    }
    tell(format!("{inside}.evil.test"), POST_DOMAIN);
    // The last dot but that of the top-level domain, which only registries could use.
    let dots: Vec<usize> = inside.match_indices('.').map(|(at, _)| at).collect();
    let dot = dots.len().checked_sub(2).and_then(|at| dots.get(at));
    if let Some((before, after)) = dot.and_then(|dot| inside.split_at_checked(*dot)) {
        let after = after.trim_start_matches('.');
        tell(format!("{before}x{after}"), UNESCAPED_DOT);
    }
    if let Some(rest) = inside.strip_prefix("https://") {
        tell(format!("http://{rest}"), PLAIN_HTTP);
    }
    // After a port, nothing can be appended.
    telltales.retain(|telltale| NeverSent::of(&telltale.origin).is_none());
    telltales
}

/// Origins that no server allows for good.
pub(crate) fn of_everybody() -> Vec<Telltale> {
    let third_parties = THIRD_PARTIES.iter().map(|origin| Telltale {
        origin: (*origin).to_owned(),
        fault: THIRD_PARTY,
    });
    let null = Telltale {
        origin: "null".into(),
        fault: NULL_ORIGIN,
    };
    std::iter::once(null).chain(third_parties).collect()
}

#[cfg(test)]
mod tests {
    use super::{of_entry, of_everybody};

    fn told(entry: &str) -> Vec<(String, &'static str)> {
        let telltales = of_entry(entry).into_iter();
        telltales
            .map(|telltale| (telltale.origin, telltale.fault.code))
            .collect()
    }

    #[test]
    fn every_telltale_of_an_entry_is_an_origin_that_can_be_sent() {
        for entry in [
            "*://example.com",
            "*://www.example.com",
            "https://example.com",
            "http://example.com:8080",
            "https://*.example.com",
            "https://*",
            "http*://example.com",
            "http*",
            "*.example.com",
            "https://example.com:*",
            "http://localhost:3000",
            "https://app-*.example.com",
        ] {
            for (origin, code) in told(entry) {
                let is_sendable = super::NeverSent::of(&origin).is_none();
                assert!(is_sendable, "{entry}: {origin} for {code}");
            }
        }
        assert_eq!(told("*://example.com")[0].0, "https://evilexample.com");
    }

    #[test]
    fn each_fault_has_an_origin_that_shows_it() {
        let expected = [
            ("https://evilwww.example.com", "pre-domain"),
            ("https://www.example.com.evil.test", "post-domain"),
            ("https://wwwxexample.com", "unescaped-dot"),
            ("http://www.example.com", "plain-http"),
        ];
        let expected = expected.map(|(origin, code)| (origin.to_owned(), code));
        assert_eq!(told("https://www.example.com"), expected);
        assert_eq!(
            told("https://*.example.com")[0].0,
            "https://evilexample.com"
        );
        assert!(told("*").is_empty() && told("null").is_empty() && told("").is_empty());
        let everybody = of_everybody();
        assert!(
            everybody
                .iter()
                .any(|told| told.fault.code == "null-origin")
        );
        assert!(
            everybody
                .iter()
                .any(|told| told.fault.code == "third-party")
        );
    }
}
