//! The policies, and their size as text.

use s3_cors::adapter::{Addressing, BucketPolicies, PolicyProvider};
use s3_cors::limits::MAX_XML_BYTES;
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, Dialect, SharedPolicy};

/// The origin of most requests.
pub const ORIGIN: &str = "https://www.example.com";

/// A policy by what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// One rule with this many origins, [`ORIGIN`] the last of them.
    Origins(usize),
    /// One rule with three origins, in which all headers are allowed.
    AnyHeaders,
    /// One rule with this many wildcard origins, `https://*.example.com` the last of them.
    Wildcards(usize),
    /// This many rules of one origin each, [`ORIGIN`] in the last.
    Rules(usize),
    /// As [`Rules`](Self::Rules), with `https://*.example.com` in the last.
    RulesWithWildcard(usize),
    /// This many buckets, one rule with three origins in each, selected by host.
    Buckets(usize),
}

impl Policy {
    /// The policy, fixed or in a place where it can be replaced.
    #[must_use]
    pub fn provider(self, shared: bool) -> PolicyProvider {
        let configuration = self.configuration();
        if let Self::Buckets(count) = self {
            return buckets(count, configuration);
        }
        if shared {
            let policy = SharedPolicy::new(configuration, "benchmark");
            policy.expect("the policies are valid").into()
        } else {
            let policy = CorsPolicy::new(&configuration);
            policy.expect("the policies are valid").into()
        }
    }

    /// How many origins or rules there are.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::AnyHeaders => 3,
            Self::Buckets(count)
            | Self::Origins(count)
            | Self::Wildcards(count)
            | Self::Rules(count)
            | Self::RulesWithWildcard(count) => count,
        }
    }

    /// The configuration that everything measured is made from.
    #[must_use]
    pub fn configuration(self) -> CorsConfiguration {
        let allowed_headers: &[&str] = match self {
            Self::AnyHeaders => &["*"],
            // 100 rules have to fit into the 64 KB that S3 takes.
            Self::Rules(_) | Self::RulesWithWildcard(_) => &ALLOWED_HEADERS[..5],
            _ => &ALLOWED_HEADERS,
        };
        let rule = |allowed_origins: Vec<String>| {
            CorsRule::new(allowed_origins, ["GET", "HEAD", "PUT", "POST", "DELETE"])
                .allowed_headers(allowed_headers.iter().copied())
                .expose_headers(["ETag", "x-amz-request-id", "x-amz-version-id"])
                .max_age_seconds(3000)
        };
        let cors_rules = match self {
            Self::Origins(count) => vec![rule(last(count, ORIGIN, other_origin))],
            Self::AnyHeaders | Self::Buckets(_) => vec![rule(last(3, ORIGIN, other_origin))],
            Self::Wildcards(count) => vec![rule(last(count, WILDCARD, other_wildcard))],
            Self::Rules(count) => one_each(last(count, ORIGIN, other_origin), rule),
            Self::RulesWithWildcard(count) => one_each(last(count, WILDCARD, other_origin), rule),
        };
        CorsConfiguration::new(cors_rules)
    }
}

/// Buckets with the same rules, the one that requests are for among them.
fn buckets(count: usize, configuration: CorsConfiguration) -> PolicyProvider {
    let policy = SharedPolicy::new(configuration, "benchmark").expect("the policies are valid");
    let names = last(count, "bucket", |number| format!("bucket-{number}"));
    let buckets: BucketPolicies = names
        .into_iter()
        .map(|name| (name, policy.clone()))
        .collect();
    let addressing = Addressing::new().domain("s3.example.net");
    buckets.addressed(addressing.expect("a host name"))
}

/// The configuration in [`texts`] in which the order of the rules matters most.
pub const OVERLAPPING: &str = "100 rules that overlap";

/// The configurations that are loaded, compiled and linted, by name, as text.
#[must_use]
pub fn texts() -> [(&'static str, String); 4] {
    let filled = |policy: Policy| {
        let mut configuration = policy.configuration();
        fill(&mut configuration);
        configuration
    };
    [
        ("1 rule", Policy::Origins(3).configuration()),
        ("64 KB of rules", filled(Policy::Rules(100))),
        ("64 KB of origins", filled(Policy::Origins(1))),
        (OVERLAPPING, overlapping()),
    ]
    .map(|(name, configuration)| (name, configuration.to_text(Dialect::Cli)))
}

/// Rules that all allow the origins of a wildcard, each for another time.
fn overlapping() -> CorsConfiguration {
    let mut configuration = Policy::Rules(100).configuration();
    for (seconds, rule) in (1..).zip(&mut configuration.cors_rules) {
        rule.allowed_origins.push(WILDCARD.to_owned());
        // There has to be room for it.
        rule.allowed_headers.truncate(3);
        rule.max_age_seconds = Some(seconds);
    }
    configuration
}

/// Adds origins to all rules in turn until the configuration is about as long as S3 allows.
fn fill(configuration: &mut CorsConfiguration) {
    let mut length = configuration.to_text(Dialect::Xml).len();
    for number in 1000.. {
        for rule in &mut configuration.cors_rules {
            let origin = other_origin(number);
            length += "<AllowedOrigin></AllowedOrigin>".len() + origin.len();
            if length > MAX_XML_BYTES {
                return;
            }
            rule.allowed_origins.push(origin);
        }
    }
}

/// The headers that rules allow, if not all.
pub const ALLOWED_HEADERS: [&str; 8] = [
    "Authorization",
    "Content-Type",
    "Content-MD5",
    "Cache-Control",
    "X-Amz-Date",
    "X-Amz-Content-Sha256",
    "X-Amz-User-Agent",
    "X-Requested-With",
];

const WILDCARD: &str = "https://*.example.com";

fn other_origin(number: usize) -> String {
    format!("https://{}{number}.example", name(number))
}

fn other_wildcard(number: usize) -> String {
    format!("https://*.{}{number}.example", name(number))
}

/// Names of several lengths, as real lists have them.
fn name(number: usize) -> &'static str {
    const NAMES: [&str; 8] = [
        "app",
        "shop",
        "admin",
        "photos",
        "staging",
        "checkout",
        "analytics",
        "downloads",
    ];
    NAMES[number % NAMES.len()]
}

fn last(count: usize, last: &str, other: fn(usize) -> String) -> Vec<String> {
    (1..count).map(other).chain([last.to_owned()]).collect()
}

fn one_each(origins: Vec<String>, rule: impl Fn(Vec<String>) -> CorsRule) -> Vec<CorsRule> {
    origins
        .into_iter()
        .map(|origin| rule(vec![origin]))
        .collect()
}
