//! Recognises common faults of endpoints, proxies and CDNs from their responses.

use serde::Serialize;

use super::Exchange;
use super::client::{Reply, Response};
use super::compare::redirect;
use super::origins::STRANGER;
use super::plan::ORIGIN;
use super::whole;
use crate::paint::shown;

/// A likely cause of differences, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Diagnosis {
    pub(crate) code: &'static str,
    /// Whether it is for information only.
    pub(crate) note: bool,
    /// The number of responses that show it.
    pub(crate) responses: usize,
    pub(crate) text: String,
    pub(crate) help: &'static str,
}

/// One request to one endpoint, and its response.
pub(super) struct Seen<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) response: &'a Response,
    /// Whether the response differs in a way that browsers notice.
    differs: bool,
}

impl Seen<'_> {
    pub(super) fn is_options(&self) -> bool {
        self.exchange.planned.request.method == "OPTIONS"
    }

    pub(super) fn origin(&self) -> Option<&str> {
        let mut headers = self.exchange.planned.request.headers.iter();
        headers
            .find(|(name, _)| *name == ORIGIN)
            .map(|(_, value)| &value[..])
    }

    pub(super) fn is_expected_allowed(&self) -> bool {
        self.exchange.expected.is_allowed()
    }

    pub(super) fn allow_origin(&self) -> Option<String> {
        self.response.text("access-control-allow-origin")
    }

    pub(super) fn has_cors_headers(&self) -> bool {
        let mut names = self.response.headers.iter().map(|(name, _)| name);
        names.any(|name| name.starts_with("access-control-"))
    }

    pub(super) fn message_has(&self, part: &str) -> bool {
        self.response.body.contains(part)
    }

    fn error_code(&self) -> Option<String> {
        self.response.error("Code")
    }
}

/// How a diagnosis is made: its code, whether a response shows it, its text and its help.
struct Sign {
    code: &'static str,
    note: bool,
    shows: fn(&Seen<'_>) -> bool,
    text: fn(&Seen<'_>) -> String,
    help: &'static str,
}

/// In the order in which they are shown.
const SIGNS: &[Sign] = &[
    Sign {
        code: "redirected",
        note: false,
        shows: |seen| redirect(seen.response).is_some(),
        text: |seen| {
            let to = redirect(seen.response).unwrap_or_default();
            format!(
                "the endpoint redirects ({}). Browsers do not follow redirects of preflights. S3 \
                 responds with 301 or 307 before it evaluates CORS if the request goes to the \
                 endpoint of another region, or to the global endpoint",
                shown(to.as_bytes())
            )
        },
        help: "use the final URL; for a bucket https://BUCKET.s3.REGION.amazonaws.com/KEY",
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
            "S3 says that this bucket has no CORS configuration: it may not be the bucket you \
             configured"
                .into()
        },
        help: "compare the bucket, account and endpoint of the URL with those of `aws s3api \
               get-bucket-cors`; a new configuration may take a few seconds to take effect",
    },
    Sign {
        code: "origin-dropped",
        note: false,
        shows: |seen| seen.origin().is_some() && seen.message_has("Origin request header needed"),
        text: |seen| {
            format!(
                "S3 did not receive the Origin header that was sent: {} removes it",
                between(seen.response)
            )
        },
        help: "forward Origin, Access-Control-Request-Method and Access-Control-Request-Headers; \
               in CloudFront, use the origin request policy Managed-CORS-S3Origin",
    },
    Sign {
        code: "different-rules",
        note: false,
        shows: |seen| {
            seen.is_expected_allowed() && seen.message_has("This CORS request is not allowed")
        },
        text: |_| {
            "S3 refuses requests that the file allows: the bucket has a different configuration"
                .into()
        },
        help: "compare the file with the output of `aws s3api get-bucket-cors`, and upload it with \
               `aws s3api put-bucket-cors`",
    },
    Sign {
        code: "options-not-handled",
        note: false,
        shows: |seen| {
            seen.is_options()
                && seen.is_expected_allowed()
                && !seen.has_cors_headers()
                && (matches!(seen.response.status, 404 | 405 | 501)
                    || seen.message_has("not configured to allow the HTTP request method"))
        },
        text: |seen| {
            format!(
                "preflights get status {}: {} does not pass OPTIONS on to the CORS rules",
                seen.response.status,
                between(seen.response)
            )
        },
        help: "allow the method OPTIONS (in CloudFront: allowed methods GET, HEAD, OPTIONS); in an \
               app, handle CORS before routing",
    },
    Sign {
        code: "preflight-needs-auth",
        note: false,
        shows: |seen| {
            seen.is_options()
                && seen.is_expected_allowed()
                && (seen.response.status == 401
                    || matches!(
                        seen.error_code().as_deref(),
                        Some("AccessDenied" | "SignatureDoesNotMatch" | "InvalidAccessKeyId")
                    ))
        },
        text: |seen| {
            format!(
                "preflights get status {}: authentication runs before CORS, and browsers send no \
                 credentials with a preflight",
                seen.response.status
            )
        },
        help: "handle CORS before authentication; S3 itself requires none for OPTIONS",
    },
    Sign {
        code: "server-error",
        note: false,
        shows: |seen| {
            seen.is_options() && seen.response.status >= 500 && seen.response.status != 501
        },
        text: |seen| format!("preflights get status {}", seen.response.status),
        help: "see the server's log",
    },
    Sign {
        code: "cached-response",
        note: false,
        shows: |seen| seen.differs && is_cached(seen.response),
        text: |seen| {
            format!(
                "responses that differ come from a cache ({}): they were stored for another origin \
                 or for a request without Origin",
                cache_lines(seen.response)
            )
        },
        help: "make Origin part of the cache key and clear the cache, or send `Vary: Origin` with \
               every response: S3 sends none for a request without Origin, such as that of <img>",
    },
    Sign {
        code: "wrong-origin",
        note: false,
        shows: |seen| match (seen.allow_origin(), seen.origin()) {
            (Some(allowed), Some(origin)) => {
                allowed != "*" && allowed != "null" && allowed != origin && !allowed.contains(',')
            }
            _ => false,
        },
        text: |seen| {
            format!(
                "Access-Control-Allow-Origin is \"{}\", which is not the Origin of the request: a \
                 fixed value, or a cached response for another origin",
                shown(seen.allow_origin().unwrap_or_default().as_bytes())
            )
        },
        help: "set CORS headers in one place only, and make Origin part of every cache key",
    },
    Sign {
        code: "several-allow-origins",
        note: false,
        shows: |seen| {
            let lines = seen.response.lines("access-control-allow-origin").count();
            lines > 1 || seen.allow_origin().is_some_and(|value| value.contains(','))
        },
        text: |seen| {
            format!(
                "Access-Control-Allow-Origin has several values (\"{}\"), which browsers reject: \
                 it is added more than once",
                shown(seen.allow_origin().unwrap_or_default().as_bytes())
            )
        },
        help: "set CORS headers in only one of app, proxy and CDN",
    },
    Sign {
        code: "allows-any-origin",
        note: false,
        shows: |seen| {
            !seen.is_expected_allowed()
                && seen.origin() == Some(STRANGER)
                && seen.allow_origin().as_deref() == seen.origin()
                && (!seen.is_options() || seen.response.status < 300)
        },
        text: |seen| {
            let credentials = seen.response.text("access-control-allow-credentials");
            let credentials = match credentials.as_deref() {
                Some("true") => ", with credentials",
                _ => "",
            };
            format!(
                "an origin that no rule lists is allowed{credentials}: the endpoint reflects any \
                 origin"
            )
        },
        help: "find the proxy or app that echoes every Origin: it lets any site read what a \
               logged-in visitor can read",
    },
    Sign {
        code: "wildcard-with-credentials",
        note: false,
        shows: |seen| {
            seen.allow_origin().as_deref() == Some("*")
                && seen
                    .response
                    .lines("access-control-allow-credentials")
                    .next()
                    .is_some()
        },
        text: |_| {
            "`*` is sent together with Access-Control-Allow-Credentials, which browsers reject for \
             requests with credentials"
                .into()
        },
        help: "send only one of them: S3 sends Access-Control-Allow-Credentials only when it echoes \
               the origin",
    },
    Sign {
        code: "vary-missing",
        note: false,
        shows: |seen| {
            seen.is_expected_allowed()
                && seen.allow_origin().is_some()
                && !seen.response.text("vary").is_some_and(|vary| {
                    let mut names = vary.split(',').map(str::trim);
                    names.any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
                })
        },
        text: |seen| {
            format!(
                "CORS headers are sent without `Vary: Origin`: {} removes it, and a cache may reuse \
                 the response for another origin",
                between(seen.response)
            )
        },
        help: "pass Vary on, or make Origin part of the cache key",
    },
    Sign {
        code: "no-cors-on-reads",
        note: false,
        shows: |seen| {
            !seen.is_options()
                && seen.is_expected_allowed()
                && !seen.has_cors_headers()
                && redirect(seen.response).is_none()
        },
        text: |seen| {
            format!(
                "responses to GET or HEAD with an allowed Origin have no CORS headers: {} removes \
                 Origin or the response headers, or does not apply the rules",
                between(seen.response)
            )
        },
        help: "forward Origin to S3, which sends CORS headers only if it receives one; also check \
               whether the response comes from a cache",
    },
    Sign {
        code: "private-network",
        note: true,
        shows: |seen| {
            seen.response
                .headers
                .iter()
                .any(|(name, _)| name == "access-control-allow-private-network")
        },
        text: |_| {
            "Access-Control-Allow-Private-Network is sent: S3 does not send it, and browsers have \
             abandoned it for the Local Network Access permission, which no header grants"
                .into()
        },
        help: "remove it",
    },
    Sign {
        code: "refused-for-other-reasons",
        note: true,
        shows: |seen| {
            !seen.is_options()
                && seen.is_expected_allowed()
                && !seen.differs
                && seen.response.status >= 400
                && seen.allow_origin().is_some()
        },
        text: |seen| {
            let code = seen.error_code();
            let code = code.map_or_else(String::new, |code| format!(" {}", shown(code.as_bytes())));
            format!(
                "actual requests get status {}{code} with the right CORS headers: CORS is not what \
                 stops them",
                seen.response.status
            )
        },
        help: "check the key, the signature and the bucket policy",
    },
];

/// What the responses of one endpoint show that should allow these entries of `AllowedOrigins`.
pub(crate) fn diagnose(
    exchanges: &[Exchange],
    endpoint: usize,
    entries: &[String],
) -> Vec<Diagnosis> {
    let seen: Vec<Seen<'_>> = exchanges
        .iter()
        .filter_map(|exchange| {
            let side = exchange.sides.get(endpoint)?;
            let Reply::Response(response) = &side.reply else {
                return None;
            };
            Some(Seen {
                exchange,
                response,
                differs: side.differences.iter().any(|d| d.matters),
            })
        })
        .collect();
    let mut diagnoses: Vec<Diagnosis> = whole::diagnoses(&seen);
    let said: Vec<&str> = diagnoses.iter().map(|diagnosis| diagnosis.code).collect();
    let signs = SIGNS.iter().filter_map(|sign| {
        let shows = |seen: &&Seen<'_>| {
            (sign.shows)(seen)
                && !said
                    .iter()
                    .any(|said| whole::explains(said, sign.code, seen))
        };
        let mut showing = seen.iter().filter(shows);
        let first = showing.next()?;
        Some(Diagnosis {
            code: sign.code,
            note: sign.note,
            responses: 1 + showing.count(),
            text: (sign.text)(first),
            help: sign.help,
        })
    });
    diagnoses.extend(signs.collect::<Vec<_>>());
    let any_origin = |diagnosis: &Diagnosis| diagnosis.code == "allows-any-origin";
    // Who echoes every origin compares none.
    if !diagnoses.iter().any(any_origin) {
        diagnoses.extend(whole::faults(&seen, entries));
    }
    diagnoses
}

/// The proxy or CDN that responded, if it names itself.
pub(super) fn between(response: &Response) -> String {
    let named = ["x-amz-cf-id", "cf-ray", "x-served-by", "x-cache", "via"]
        .into_iter()
        .find_map(|name| {
            let value = response.text(name)?;
            Some(match name {
                "x-amz-cf-id" => "CloudFront".to_owned(),
                "cf-ray" => "Cloudflare".to_owned(),
                _ => format!("a proxy ({name}: {})", shown(value.as_bytes())),
            })
        });
    named.unwrap_or_else(|| "the endpoint or a proxy in front of it".into())
}

fn is_cached(response: &Response) -> bool {
    let hit = |name| {
        let value = response.text(name);
        value.is_some_and(|value| value.to_ascii_lowercase().contains("hit"))
    };
    response.text("age").is_some_and(|age| age.trim() != "0")
        || hit("x-cache")
        || hit("cf-cache-status")
}

fn cache_lines(response: &Response) -> String {
    let lines = ["age", "x-cache", "cf-cache-status"]
        .into_iter()
        .filter_map(|name| {
            let value = response.text(name)?;
            Some(format!("{name}: {}", shown(value.as_bytes())))
        });
    lines.collect::<Vec<_>>().join(", ")
}
