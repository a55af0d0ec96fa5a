//! What answers give away about the endpoint and what stands before it.

use serde::Serialize;

use super::Exchange;
use super::client::{Answer, Reply};
use super::compare::redirect;
use super::origins::STRANGER;
use super::plan::ORIGIN;
use crate::paint::shown;

/// A cause that the answers point to, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Telltale {
    pub(crate) code: &'static str,
    /// Whether it only says something worth knowing.
    pub(crate) note: bool,
    /// In how many answers it shows.
    pub(crate) answers: usize,
    pub(crate) text: String,
    pub(crate) help: &'static str,
}

/// One request to one endpoint, as the tests below see it.
struct Seen<'a> {
    exchange: &'a Exchange,
    answer: &'a Answer,
    /// Whether the answer differs in something a browser can tell.
    differs: bool,
}

impl Seen<'_> {
    fn is_options(&self) -> bool {
        self.exchange.planned.request.method == "OPTIONS"
    }

    fn origin(&self) -> Option<&str> {
        let mut headers = self.exchange.planned.request.headers.iter();
        headers
            .find(|(name, _)| *name == ORIGIN)
            .map(|(_, value)| &value[..])
    }

    fn is_expected_allowed(&self) -> bool {
        self.exchange.expected.is_allowed()
    }

    fn allow_origin(&self) -> Option<String> {
        self.answer.text("access-control-allow-origin")
    }

    fn has_cors_headers(&self) -> bool {
        let mut names = self.answer.headers.iter().map(|(name, _)| name);
        names.any(|name| name.starts_with("access-control-"))
    }

    fn message_has(&self, part: &str) -> bool {
        self.answer.body.contains(part)
    }

    fn error_code(&self) -> Option<String> {
        self.answer.error("Code")
    }
}

/// A telltale: its code, whether an answer shows it, what to say, and the help.
struct Sign {
    code: &'static str,
    note: bool,
    shows: fn(&Seen<'_>) -> bool,
    text: fn(&Seen<'_>) -> String,
    help: &'static str,
}

/// In the order in which they are worth reading.
const SIGNS: &[Sign] = &[
    Sign {
        code: "redirected",
        note: false,
        shows: |seen| redirect(seen.answer).is_some(),
        text: |seen| {
            let to = redirect(seen.answer).unwrap_or_default();
            format!(
                "the endpoint redirects ({}). Browsers follow no redirect of a preflight; S3 \
                 answers 301 or 307 before it looks at CORS when a bucket is asked at another \
                 region's or the global endpoint",
                shown(to.as_bytes())
            )
        },
        help: "ask the final URL; for a bucket https://BUCKET.s3.REGION.amazonaws.com/KEY",
    },
    Sign {
        code: "no-such-bucket",
        note: false,
        shows: |seen| {
            seen.message_has("CORSResponse: Bucket not found")
                || seen.error_code().as_deref() == Some("NoSuchBucket")
        },
        text: |_| "S3 says that the bucket does not exist".into(),
        help: "check the bucket's name and region in the URL",
    },
    Sign {
        code: "not-enabled",
        note: false,
        shows: |seen| seen.message_has("CORS is not enabled for this bucket"),
        text: |_| {
            "S3 says that this bucket has no CORS configuration at all, so it is not the one you \
             configured"
                .into()
        },
        help: "compare the bucket, account and endpoint of the URL with those of `aws s3api \
               get-bucket-cors`; a new configuration may take some seconds",
    },
    Sign {
        code: "origin-dropped",
        note: false,
        shows: |seen| seen.origin().is_some() && seen.message_has("Origin request header needed"),
        text: |seen| {
            format!(
                "S3 says that no Origin came, though one was sent: {} drops it",
                between(seen.answer)
            )
        },
        help: "forward Origin, Access-Control-Request-Method and Access-Control-Request-Headers; \
               in CloudFront with the origin request policy Managed-CORS-S3Origin",
    },
    Sign {
        code: "other-rules",
        note: false,
        shows: |seen| {
            seen.is_expected_allowed() && seen.message_has("This CORS request is not allowed")
        },
        text: |_| {
            "S3 refuses by its rules what the file allows: the bucket has another configuration"
                .into()
        },
        help: "compare the file with what `aws s3api get-bucket-cors` prints, and put it",
    },
    Sign {
        code: "options-not-answered",
        note: false,
        shows: |seen| {
            seen.is_options()
                && seen.is_expected_allowed()
                && !seen.has_cors_headers()
                && (matches!(seen.answer.status, 404 | 405 | 501)
                    || seen.message_has("not configured to allow the HTTP request method"))
        },
        text: |seen| {
            format!(
                "preflights are answered {}: {} does not let OPTIONS through to what knows the \
                 rules",
                seen.answer.status,
                between(seen.answer)
            )
        },
        help: "allow the method OPTIONS (in CloudFront: allowed methods GET, HEAD, OPTIONS), and \
               put CORS before routing in an app",
    },
    Sign {
        code: "preflight-needs-login",
        note: false,
        shows: |seen| {
            seen.is_options()
                && seen.is_expected_allowed()
                && (seen.answer.status == 401
                    || matches!(
                        seen.error_code().as_deref(),
                        Some("AccessDenied" | "SignatureDoesNotMatch" | "InvalidAccessKeyId")
                    ))
        },
        text: |seen| {
            format!(
                "preflights are answered {}: authentication comes before CORS, and browsers send \
                 no credentials with a preflight",
                seen.answer.status
            )
        },
        help: "put CORS outside authentication; S3 itself asks for none on OPTIONS",
    },
    Sign {
        code: "server-error",
        note: false,
        shows: |seen| seen.is_options() && seen.answer.status >= 500 && seen.answer.status != 501,
        text: |seen| format!("preflights are answered {}", seen.answer.status),
        help: "look into the server's log",
    },
    Sign {
        code: "cached-answer",
        note: false,
        shows: |seen| seen.differs && is_cached(seen.answer),
        text: |seen| {
            format!(
                "answers that differ come from a cache ({}): it keeps what another origin, or a \
                 request without Origin, was answered",
                cache_lines(seen.answer)
            )
        },
        help: "make Origin part of the cache's key and clear it; or send `Vary: Origin` on every \
               answer: S3 itself sends none to a request without Origin, such as that of <img>",
    },
    Sign {
        code: "foreign-origin",
        note: false,
        shows: |seen| match (seen.allow_origin(), seen.origin()) {
            (Some(allowed), Some(origin)) => {
                allowed != "*" && allowed != "null" && allowed != origin && !allowed.contains(',')
            }
            _ => false,
        },
        text: |seen| {
            format!(
                "Access-Control-Allow-Origin is \"{}\", which was not the Origin of the request: \
                 a fixed value, or an answer kept for another origin",
                shown(seen.allow_origin().unwrap_or_default().as_bytes())
            )
        },
        help: "let one party set CORS headers, and make Origin part of every cache's key",
    },
    Sign {
        code: "several-allow-origins",
        note: false,
        shows: |seen| {
            let lines = seen.answer.lines("access-control-allow-origin").count();
            lines > 1 || seen.allow_origin().is_some_and(|value| value.contains(','))
        },
        text: |seen| {
            format!(
                "Access-Control-Allow-Origin holds several values (\"{}\"), which browsers \
                 reject: two parties add it",
                shown(seen.allow_origin().unwrap_or_default().as_bytes())
            )
        },
        help: "let only one of app, proxy and CDN set CORS headers",
    },
    Sign {
        code: "allows-any-origin",
        note: false,
        shows: |seen| {
            !seen.is_expected_allowed()
                && seen.origin() == Some(STRANGER)
                && seen.allow_origin().as_deref() == seen.origin()
                && (!seen.is_options() || seen.answer.status < 300)
        },
        text: |seen| {
            let credentials = seen.answer.text("access-control-allow-credentials");
            let credentials = match credentials.as_deref() {
                Some("true") => ", with credentials",
                _ => "",
            };
            format!(
                "an origin that no rule names is allowed{credentials}: the endpoint reflects any \
                 origin"
            )
        },
        help: "find out who sets the headers: a proxy or an app that echoes every Origin lets any \
               site read what a logged-in visitor can",
    },
    Sign {
        code: "star-with-credentials",
        note: false,
        shows: |seen| {
            seen.allow_origin().as_deref() == Some("*")
                && seen
                    .answer
                    .lines("access-control-allow-credentials")
                    .next()
                    .is_some()
        },
        text: |_| {
            "`*` comes with Access-Control-Allow-Credentials, which browsers reject for requests \
             with credentials"
                .into()
        },
        help: "send one or the other: S3 sends credentials only where it echoes the origin",
    },
    Sign {
        code: "vary-missing",
        note: false,
        shows: |seen| {
            seen.is_expected_allowed()
                && seen.allow_origin().is_some()
                && !seen.answer.text("vary").is_some_and(|vary| {
                    let mut names = vary.split(',').map(str::trim);
                    names.any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
                })
        },
        text: |seen| {
            format!(
                "CORS headers come without `Vary: Origin`: {} drops it, and a cache may hand the \
                 answer to another origin",
                between(seen.answer)
            )
        },
        help: "let Vary pass, or make Origin part of the cache's key",
    },
    Sign {
        code: "no-cors-on-reads",
        note: false,
        shows: |seen| {
            !seen.is_options()
                && seen.is_expected_allowed()
                && !seen.has_cors_headers()
                && redirect(seen.answer).is_none()
        },
        text: |seen| {
            format!(
                "GET or HEAD with an allowed Origin is answered without any CORS header: {} \
                 drops Origin or the headers, or nothing there knows the rules",
                between(seen.answer)
            )
        },
        help: "forward Origin to S3, which needs it to answer at all; see also whether a copy is \
               served from a cache",
    },
    Sign {
        code: "private-network",
        note: true,
        shows: |seen| {
            seen.answer
                .headers
                .iter()
                .any(|(name, _)| name == "access-control-allow-private-network")
        },
        text: |_| "Access-Control-Allow-Private-Network is sent, which S3 does not know".into(),
        help: "nothing, if a proxy is meant to add it",
    },
    Sign {
        code: "refused-for-other-reasons",
        note: true,
        shows: |seen| {
            !seen.is_options()
                && seen.is_expected_allowed()
                && !seen.differs
                && seen.answer.status >= 400
                && seen.allow_origin().is_some()
        },
        text: |seen| {
            let code = seen.error_code();
            let code = code.map_or_else(String::new, |code| format!(" {}", shown(code.as_bytes())));
            format!(
                "actual requests are answered {}{code}, with the right CORS headers: it is not \
                 CORS that stops them",
                seen.answer.status
            )
        },
        help: "look at the key, the signature, the bucket's policy",
    },
];

/// What the answers of one endpoint give away.
pub(crate) fn telltales(exchanges: &[Exchange], endpoint: usize) -> Vec<Telltale> {
    let seen: Vec<Seen<'_>> = exchanges
        .iter()
        .filter_map(|exchange| {
            let side = exchange.sides.get(endpoint)?;
            let Reply::Answer(answer) = &side.reply else {
                return None;
            };
            Some(Seen {
                exchange,
                answer,
                differs: side.differences.iter().any(|d| d.matters),
            })
        })
        .collect();
    SIGNS
        .iter()
        .filter_map(|sign| {
            let mut showing = seen.iter().filter(|seen| (sign.shows)(seen));
            let first = showing.next()?;
            Some(Telltale {
                code: sign.code,
                note: sign.note,
                answers: 1 + showing.count(),
                text: (sign.text)(first),
                help: sign.help,
            })
        })
        .collect()
}

/// Who answered for somebody else, if it says so.
fn between(answer: &Answer) -> String {
    let named = ["x-amz-cf-id", "cf-ray", "x-served-by", "x-cache", "via"]
        .into_iter()
        .find_map(|name| {
            let value = answer.text(name)?;
            Some(match name {
                "x-amz-cf-id" => "CloudFront".to_owned(),
                "cf-ray" => "Cloudflare".to_owned(),
                _ => format!("what stands between ({name}: {})", shown(value.as_bytes())),
            })
        });
    named.unwrap_or_else(|| "the endpoint or something before it".into())
}

fn is_cached(answer: &Answer) -> bool {
    let hit = |name| {
        let value = answer.text(name);
        value.is_some_and(|value| value.to_ascii_lowercase().contains("hit"))
    };
    answer.text("age").is_some_and(|age| age.trim() != "0")
        || hit("x-cache")
        || hit("cf-cache-status")
}

fn cache_lines(answer: &Answer) -> String {
    let lines = ["age", "x-cache", "cf-cache-status"]
        .into_iter()
        .filter_map(|name| {
            let value = answer.text(name)?;
            Some(format!("{name}: {}", shown(value.as_bytes())))
        });
    lines.collect::<Vec<_>>().join(", ")
}
