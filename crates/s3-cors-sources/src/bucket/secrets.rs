//! What of a request nobody may read, and how to leave it out.
//!
//! A server may send back what it was sent, in any part of its response.

use aws_sdk_s3::config::http::HttpRequest;

/// Shorter parts are not secret, and may well be words.
const SHORTEST: usize = 8;

/// The parts of a request's credentials: the key's id, the signature, the session token.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets(Vec<Box<str>>);

impl Secrets {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let mut parts: Vec<Box<str>> = Vec::new();
        let mut add = |text: &str| {
            // However it is encoded on its way back, letters and digits stay what they are.
            let words = text.split(|character: char| !character.is_ascii_alphanumeric());
            let long = words.filter(|word| word.len() >= SHORTEST);
            parts.extend(long.map(Into::into));
        };
        let headers = request.headers();
        if let Some(token) = headers.get("x-amz-security-token") {
            add(token);
        }
        if let Some(authorization) = headers.get("authorization") {
            for (name, end) in [("Credential=", '/'), ("Signature=", ',')] {
                let rest = authorization.split_once(name).map(|(_, rest)| rest);
                add(rest
                    .and_then(|rest| rest.split(end).next())
                    .unwrap_or_default());
            }
            if !authorization.starts_with("AWS4-") {
                add(authorization);
            }
        }
        // A part may be the beginning of another.
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        Self(parts)
    }

    /// The text without them, and without what looks like them. The number of characters stays the
    /// same.
    pub(super) fn masked(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for secret in &self.0 {
            if masked.contains(&**secret) {
                masked = masked.replace(&**secret, &"*".repeat(secret.len()));
            }
        }
        let mut bytes = masked.into_bytes();
        for (name, is_part) in LOOK_ALIKES {
            mask(&mut bytes, name, is_part);
        }
        // Only ASCII was replaced, by ASCII.
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What stands before a credential, and what it is made of.
type LookAlike = (&'static [u8], fn(u8) -> bool);

const LOOK_ALIKES: [LookAlike; 5] = [
    (b"Credential=", is_visible),
    (b"Signature=", is_visible),
    (b"X-Amz-Security-Token=", is_visible),
    (b"AKIA", is_key_id),
    (b"ASIA", is_key_id),
];

fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b',' | b'&' | b'<' | b'"' | b'\'')
}

fn is_key_id(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn mask(bytes: &mut [u8], name: &[u8], is_part: fn(u8) -> bool) {
    let mut from = 0;
    while let Some(rest) = bytes.get_mut(from..) {
        let Some(at) = rest
            .windows(name.len())
            .position(|part| part.eq_ignore_ascii_case(name))
        else {
            return;
        };
        let begin = at + name.len();
        let part = rest
            .iter_mut()
            .skip(begin)
            .take_while(|byte| is_part(**byte));
        let mut length = 0;
        for byte in part {
            length += 1;
            // A key's id is known by its length, or every word that begins so would be one.
            if name.len() > 4 || length <= 16 {
                *byte = b'*';
            }
        }
        from += begin + length;
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::http::HttpRequest;
    use aws_sdk_s3::primitives::SdkBody;

    use super::Secrets;

    fn of(headers: &[(&'static str, &'static str)]) -> Secrets {
        let mut request = HttpRequest::new(SdkBody::empty());
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        Secrets::of(&request)
    }

    #[test]
    fn each_part_of_a_request_s_credentials_is_a_secret() {
        let signed = of(&[
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=ownerskey1/20260101/eu-west-1/s3/aws4_request, \
                 SignedHeaders=host, Signature=0123456789abcdef",
            ),
            ("x-amz-security-token", "short/longerpart+ownerskey1beyond"),
        ]);
        for (text, expected) in [
            ("<b>ownerskey1</b>", "<b>**********</b>"),
            ("<b>0123456789abcdef</b>", "<b>****************</b>"),
            ("<b>longerpart</b>", "<b>**********</b>"),
            // The longest first, or its end would be left.
            ("<b>ownerskey1beyond</b>", "<b>****************</b>"),
            (
                "<b>short eu-west-1 20260101 host</b>",
                "<b>short eu-west-1 20260101 host</b>",
            ),
        ] {
            assert_eq!(signed.masked(text), expected);
        }
        let basic = of(&[("authorization", "Basic dXNlcjpwYXNzd29yZA==")]);
        assert_eq!(
            basic.masked("(dXNlcjpwYXNzd29yZA==)"),
            "(******************==)"
        );
    }

    #[test]
    fn what_looks_like_a_credential_is_left_out() {
        for (text, expected) in [
            ("Credential=AKIDEXAMPLE/x, a", "Credential=*************, a"),
            ("SIGNATURE=0a1b&b", "SIGNATURE=****&b"),
            ("see AKIAIOSFODNN7EXAMPLE.", "see AKIA****************."),
            ("nothing of the kind", "nothing of the kind"),
        ] {
            assert_eq!(Secrets::default().masked(text), expected);
        }
    }

    #[test]
    fn the_request_s_own_are_left_out_wherever_they_stand() {
        let secrets = Secrets(vec!["0123456789abcdef".into()]);
        assert_eq!(
            secrets.masked("<b>0123456789abcdef</b>ä"),
            "<b>****************</b>ä"
        );
    }
}
