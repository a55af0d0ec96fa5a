//! A small configuration and a request, decided by the engine and by the naive reading.
//!
//! `seed.py` writes these structures as `arbitrary` reads them: change both together.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::{Corpus, fuzz_target};
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, ProblemKind};
use s3_cors_fuzz::assert_decided_naively;
use s3_cors_fuzz::naive::{self, Request};

#[derive(Debug, Arbitrary)]
struct Input {
    letters: Letters,
    bucket: Bucket,
    request: Sent,
}

/// What the lines are written in.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Letters {
    /// All bytes, as real configurations and requests are.
    All,
    /// So few that patterns meet values, and one another, by chance.
    Few,
}

#[derive(Debug, Arbitrary)]
enum Bucket {
    Missing,
    WithoutConfiguration,
    WithRules {
        /// How many rules that match nothing come first: rules are told apart by a bit each, and
        /// an input with a hundred rules of its own is not found in a day.
        before: u8,
        rules: Vec<Rule>,
    },
}

#[derive(Debug, Arbitrary)]
struct Rule {
    origins: Vec<Line>,
    methods: Vec<Method>,
    headers: Vec<Line>,
    exposed: Vec<Line>,
    seconds: Option<i64>,
}

#[derive(Debug, Arbitrary)]
struct Sent {
    method: Method,
    headers: Vec<Header>,
    is_bucket: bool,
}

#[derive(Debug, Arbitrary)]
enum Header {
    Origin(Line),
    Method(Method),
    Headers(Line),
    Other(Line),
}

#[derive(Debug, Arbitrary)]
enum Method {
    Get,
    Put,
    Head,
    Post,
    Delete,
    Patch,
    Options,
    Other(Line),
}

/// Bytes up to a newline: in one piece, so that the fuzzer can put in what it saw compared.
struct Line(Vec<u8>);

impl<'a> Arbitrary<'a> for Line {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let mut bytes = Vec::new();
        while !input.is_empty() {
            match input.arbitrary()? {
                b'\n' => break,
                byte => bytes.push(byte),
            }
        }
        Ok(Self(bytes))
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl Letters {
    fn bytes(self, line: &Line) -> Vec<u8> {
        let letter = |byte: u8| match self {
            Self::All => byte,
            Self::Few => b"aAb-*, a"[usize::from(byte % 8)],
        };
        line.0.iter().copied().map(letter).collect()
    }

    /// Without the characters that XML cannot carry, which no configuration may hold.
    fn text(self, line: &Line) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes(line)).into_owned();
        text.retain(|c| c == '\t' || c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
        text
    }

    /// The first `*` is a wildcard, and more than one S3 does not allow.
    fn pattern(self, line: &Line) -> String {
        let text = self.text(line);
        match text.split_once('*') {
            Some((prefix, suffix)) => format!("{prefix}*{}", suffix.replace('*', "")),
            None => text,
        }
    }

    /// A name that S3 can expose.
    fn token(self, line: &Line) -> String {
        let mut text = self.text(line);
        text.retain(|c| c.is_ascii_alphanumeric() || c == '-');
        if text.is_empty() { "ETag".into() } else { text }
    }

    fn method(self, method: &Method) -> Vec<u8> {
        match method {
            Method::Get => b"GET".into(),
            Method::Put => b"PUT".into(),
            Method::Head => b"HEAD".into(),
            Method::Post => b"POST".into(),
            Method::Delete => b"DELETE".into(),
            Method::Patch => b"PATCH".into(),
            Method::Options => b"OPTIONS".into(),
            Method::Other(line) => self.bytes(line),
        }
    }

    /// A method that a rule can allow.
    fn supported(self, method: &Method) -> String {
        match method {
            Method::Patch | Method::Options | Method::Other(_) => "GET".into(),
            _ => String::from_utf8_lossy(&self.method(method)).into_owned(),
        }
    }

    fn rule(self, rule: &Rule) -> CorsRule {
        let patterns = |lines: &[Line]| -> Vec<String> {
            lines.iter().map(|line| self.pattern(line)).collect()
        };
        let methods = rule.methods.iter().map(|method| self.supported(method));
        let exposed = rule.exposed.iter().map(|line| self.token(line));
        let seconds = rule.seconds;
        let mut rule = CorsRule::new(patterns(&rule.origins), methods)
            .allowed_headers(patterns(&rule.headers))
            .expose_headers(exposed);
        rule.max_age_seconds = seconds;
        // What a rule must have, in the form that allows the most.
        if rule.allowed_methods.is_empty() {
            rule.allowed_methods = ["GET", "PUT"].map(Into::into).into();
        }
        if rule.allowed_origins.is_empty() {
            rule.allowed_origins.push("*".into());
        }
        rule
    }

    fn rules(self, bucket: &Bucket) -> Vec<CorsRule> {
        let Bucket::WithRules { before, rules } = bucket else {
            return Vec::new();
        };
        // An empty Origin counts as none, so nothing equals this one.
        let nothing = CorsRule::new([""], ["GET"]);
        std::iter::repeat_n(nothing, usize::from(*before) % 100)
            .chain(rules.iter().map(|rule| self.rule(rule)))
            .collect()
    }

    fn request(self, sent: &Sent) -> Request {
        let headers = sent.headers.iter().enumerate().map(|(index, header)| {
            let (name, value) = match header {
                Header::Origin(line) => ("Origin", self.bytes(line)),
                Header::Method(method) => ("Access-Control-Request-Method", self.method(method)),
                Header::Headers(line) => ("Access-Control-Request-Headers", self.bytes(line)),
                Header::Other(line) => ("Content-Type", self.bytes(line)),
            };
            // Names come in any case.
            let name = match index % 3 {
                0 => name.into(),
                1 => name.to_ascii_lowercase(),
                _ => name.to_ascii_uppercase(),
            };
            (name, value)
        });
        Request {
            method: String::from_utf8_lossy(&self.method(&sent.method)).into_owned(),
            is_bucket: sent.is_bucket,
            headers: headers.collect(),
        }
    }
}

fuzz_target!(|input: Input| -> Corpus {
    let cors_rules = input.letters.rules(&input.bucket);
    let (policy, bucket) = match &input.bucket {
        Bucket::Missing => (CorsPolicy::without_bucket(), naive::Bucket::Missing),
        Bucket::WithoutConfiguration => (
            CorsPolicy::without_configuration(),
            naive::Bucket::WithoutConfiguration,
        ),
        Bucket::WithRules { .. } => {
            let config = CorsConfiguration::new(cors_rules.clone());
            match CorsPolicy::new(&config) {
                Ok(policy) => (policy, naive::Bucket::WithRules(&cors_rules)),
                Err(error) => {
                    let mut kinds = error.problems().iter().map(|problem| problem.kind());
                    assert!(kinds.all(is_about_size), "{error}");
                    return Corpus::Reject;
                }
            }
        }
    };
    assert_decided_naively(&policy, bucket, &input.letters.request(&input.request));
    Corpus::Keep
});

/// What a structure can get wrong.
fn is_about_size(kind: &ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::NoRules | ProblemKind::TooManyRules { .. } | ProblemKind::TooLarge { .. }
    )
}
