//! Refusals written by hand: S3's body with both ids, prepared except for the request id.

use std::cell::Cell;
use std::sync::OnceLock;

use s3_cors::adapter::host_id;

/// Why a request is refused.
#[derive(Debug)]
pub enum Refused {
    /// It has no `Origin`.
    NoOrigin,
    /// S3 does not recognise the requested method.
    UnknownMethod(Vec<u8>),
    /// No rule allows the method, for the bucket or an object.
    NotAllowed(&'static str, bool),
}

const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because \
    the evalution of Origin, request method / Access-Control-Request-Method or \
    Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];
const DIGITS: usize = 16;

/// A body, and the position of the request id in it.
#[derive(Debug)]
struct Prepared {
    body: Vec<u8>,
    id: usize,
}

fn prepared(code: &str, message: &str, more: &str) -> Prepared {
    let start = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}\
         </Message>{more}<RequestId>"
    );
    let zeros = "0".repeat(DIGITS);
    let end = format!("</RequestId><HostId>{}</HostId></Error>", host_id());
    Prepared {
        id: start.len(),
        body: [start, zeros, end].concat().into(),
    }
}

/// A refusal's status, body and request id.
pub fn refusal(refused: &Refused, incoming: Option<&[u8]>) -> (u16, Vec<u8>, Id) {
    static NOT_ALLOWED_BODIES: OnceLock<Vec<Prepared>> = OnceLock::new();
    let harmless = |id: &&[u8]| {
        (1..=128).contains(&id.len())
            && id
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte))
    };
    let id = match incoming.filter(harmless) {
        Some(id) => Id::Taken(id.to_vec()),
        None => Id::New(digits(next_number())),
    };
    let own;
    let (status, prepared) = match refused {
        Refused::NotAllowed(method, is_bucket) => {
            let bodies = NOT_ALLOWED_BODIES.get_or_init(|| {
                let each = METHODS.into_iter().flat_map(|method| {
                    ["OBJECT", "BUCKET"].map(|resource| {
                        let more = format!(
                            "<Method>{method}</Method><ResourceType>{resource}</ResourceType>"
                        );
                        prepared("AccessForbidden", NOT_ALLOWED, &more)
                    })
                });
                each.collect()
            });
            let method = METHODS.iter().position(|known| known == method);
            (
                403,
                &bodies[2 * method.unwrap_or(0) + usize::from(*is_bucket)],
            )
        }
        Refused::NoOrigin => {
            let message = "Insufficient information. Origin request header needed.";
            own = prepared("BadRequest", message, "");
            (400, &own)
        }
        Refused::UnknownMethod(method) => {
            let method = String::from_utf8_lossy(method);
            let message = format!("Invalid Access-Control-Request-Method: {method}");
            own = prepared("BadRequest", &message, "");
            (400, &own)
        }
    };
    let body = match &id {
        Id::New(digits) => {
            let mut body = prepared.body.clone();
            body[prepared.id..prepared.id + DIGITS].copy_from_slice(digits);
            body
        }
        Id::Taken(id) => {
            let (start, end) = prepared.body.split_at(prepared.id);
            [start, id, &end[DIGITS..]].concat()
        }
    };
    (status, body, id)
}

/// A request id.
#[derive(Debug)]
pub enum Id {
    /// The request's own.
    Taken(Vec<u8>),
    /// A new one.
    New([u8; DIGITS]),
}

impl AsRef<[u8]> for Id {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Taken(id) => id,
            Self::New(digits) => digits,
        }
    }
}

fn next_number() -> u64 {
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(1) };
    }
    let number = NEXT.with(|next| next.replace(next.get().wrapping_add(0x9e37_79b9_7f4a_7c15)));
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Upper-case hexadecimal digits, eight at once.
fn digits(number: u64) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    for (half, place) in [number >> 32, number & 0xffff_ffff].into_iter().zip([0, 8]) {
        let spread = (half | half << 16) & 0x0000_ffff_0000_ffff;
        let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
        let spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
        let letters = (spread + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
        let ascii = spread + 0x3030_3030_3030_3030 + letters * 7;
        digits[place..place + 8].copy_from_slice(&ascii.to_be_bytes());
    }
    digits
}
