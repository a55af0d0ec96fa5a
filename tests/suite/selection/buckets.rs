//! A layer with many buckets treats each of them as a layer with that bucket's policy alone does,
//! however the bucket is addressed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use conformance::answer::Answer;
use conformance::corpus::Rule;
use conformance::generate::{requests, rules, runner};
use conformance::naive::Request;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use s3_cors::adapter::{Addressing, BucketPolicies, PolicyProvider, Selection};
use s3_cors::{CorsConfiguration, CorsPolicy};

use crate::apps::{Asked, on_actix, on_tower};

const NAMES: [&str; 4] = ["a", "b", "a.b", "photos-2026"];
const DOMAINS: [&str; 2] = ["localhost", "s3.example.com"];
const OWN_HOST: &str = "cdn.example";
/// Which bucket the own host belongs to.
const OWN_BUCKET: &str = "b";

/// How a URL names a bucket.
#[derive(Debug, Clone)]
enum Style {
    Path {
        host: &'static str,
    },
    Virtual {
        domain: &'static str,
        upper: bool,
    },
    OwnHost {
        upper: bool,
    },
    /// The service itself.
    Root,
    /// A host that nothing is said of.
    Foreign,
}

#[derive(Debug, Clone)]
struct Sent {
    bucket: &'static str,
    style: Style,
    /// Behind the bucket's `/`.
    key: &'static str,
    slash: bool,
    dot: bool,
    port: Option<u16>,
    /// Whether the host stands in the target, as with HTTP/2.
    absolute: bool,
    request: Request,
}

fn sent() -> impl Strategy<Value = Sent> {
    let style = prop_oneof![
        4 => select(vec!["localhost", "S3.example.com"]).prop_map(|host| Style::Path { host }),
        4 => (select(DOMAINS.to_vec()), any::<bool>())
            .prop_map(|(domain, upper)| Style::Virtual { domain, upper }),
        2 => any::<bool>().prop_map(|upper| Style::OwnHost { upper }),
        1 => Just(Style::Root),
        1 => Just(Style::Foreign),
    ];
    let key = select(vec!["", "k", "a/b", "/", "b", "%2e", "a%2Fb?cors&x=/y"]);
    (
        select([&NAMES[..], &["c", "A", "photos"]].concat()),
        style,
        key,
        any::<bool>(),
        any::<bool>(),
        option::of(select(vec![80, 9000])),
        any::<bool>(),
        requests(),
    )
        .prop_map(
            |(bucket, style, key, slash, dot, port, absolute, request)| Sent {
                bucket,
                style,
                key,
                slash,
                dot,
                port,
                absolute,
                request,
            },
        )
}

impl Sent {
    /// The bucket it is for; `None` if it is for none.
    fn bucket(&self) -> Option<String> {
        match self.style {
            Style::Path { .. } => Some(self.bucket.into()),
            // Host names have no case.
            Style::Virtual { .. } => Some(self.bucket.to_ascii_lowercase()),
            Style::OwnHost { .. } => Some(OWN_BUCKET.into()),
            Style::Root | Style::Foreign => None,
        }
    }

    fn asked(&self) -> Asked {
        let upper = |host: String, upper| {
            if upper {
                host.to_ascii_uppercase()
            } else {
                host
            }
        };
        let mut host = match &self.style {
            Style::Path { host } => (*host).to_owned(),
            Style::Virtual { domain, upper: is } => upper(format!("{}.{domain}", self.bucket), *is),
            Style::OwnHost { upper: is } => upper(OWN_HOST.into(), *is),
            Style::Root => DOMAINS[0].into(),
            Style::Foreign => "localhost.example".into(),
        };
        host += if self.dot { "." } else { "" };
        if let Some(port) = self.port {
            host += &format!(":{port}");
        }
        let path = match (&self.style, self.key, self.slash) {
            (Style::Root, ..) => "/".to_owned(),
            (Style::Path { .. }, "", false) => format!("/{}", self.bucket),
            (Style::Path { .. }, key, _) => format!("/{}/{key}", self.bucket),
            (_, key, _) => format!("/{key}"),
        };
        if self.absolute {
            return self.with_target(format!("http://{host}{path}"), Some("other.example".into()));
        }
        self.with_target(path, Some(host))
    }

    /// The same to a bucket of one's own: `/` and what is behind it.
    fn asked_alone(&self) -> Asked {
        self.with_target(format!("/{}", self.key), None)
    }

    fn with_target(&self, target: String, host: Option<String>) -> Asked {
        let mut headers = self.request.headers.clone();
        headers.extend(host.map(|host| ("Host".into(), host.into_bytes())));
        // Refusals repeat it, and would make one of their own for each.
        headers.push(("X-Request-Id".into(), b"4711".to_vec()));
        Asked {
            method: self.request.method.clone(),
            target,
            headers,
        }
    }
}

fn addressing() -> Addressing {
    let with_domains = DOMAINS
        .iter()
        .try_fold(Addressing::new(), |addressing, domain| {
            addressing.domain(domain)
        });
    let addressing = with_domains.and_then(|addressing| addressing.host(OWN_HOST, OWN_BUCKET));
    addressing.expect("host names")
}

/// A bucket's rules, if it has any, if there is one.
type Bucket = Option<Option<Vec<Rule>>>;

fn policies(of: &[Bucket]) -> (BucketPolicies, BTreeMap<&'static str, CorsPolicy>) {
    let (many, mut alone) = (BucketPolicies::new(), BTreeMap::new());
    for (name, bucket) in NAMES.into_iter().zip(of) {
        let Some(rules) = bucket else { continue };
        let policy = match rules {
            None => {
                let _ = many.create(name);
                CorsPolicy::without_configuration()
            }
            Some(rules) => {
                let config = CorsConfiguration::new(rules.iter().map(Into::into));
                let policy = CorsPolicy::new(&config).expect("generated to be valid");
                many.set(name, config, "the test").expect("the same");
                policy
            }
        };
        alone.insert(name, policy);
    }
    (many, alone)
}

fn check(cases: u32, answer: impl Fn(PolicyProvider, &Asked) -> Answer) {
    let seen = RefCell::new(BTreeMap::<String, u32>::new());
    let bucket = || {
        let some = prop_oneof![1 => Just(None), 5 => vec(rules(), 1..4).prop_map(Some)];
        prop_oneof![1 => Just(None), 5 => some.prop_map(Some)]
    };
    let result = runner(cases).run(
        &(vec(bucket(), NAMES.len()), vec(sent(), 8)),
        |(of, sent)| {
            let (many, alone) = policies(&of);
            let many = many.addressed(addressing());
            for sent in sent {
                let bucket = sent.bucket();
                let policy = bucket.as_ref().and_then(|name| alone.get(&**name));
                let single = match (&sent.style, policy) {
                    (Style::Foreign, _) => {
                        PolicyProvider::selected_by(|_| Selection::pass_through())
                    }
                    (_, Some(policy)) => policy.clone().into(),
                    (_, None) => CorsPolicy::without_bucket().into(),
                };
                let expected = answer(single, &sent.asked_alone());
                let kind = match (&sent.style, policy) {
                    (Style::Foreign, _) => "foreign".into(),
                    (_, None) => format!("no bucket, {}", expected.status),
                    _ => {
                        let mut lines = expected.lines("access-control-allow-origin");
                        let cors = lines.next().is_some();
                        format!("bucket, {}, {cors}", expected.status)
                    }
                };
                *seen.borrow_mut().entry(kind).or_default() += 1;
                prop_assert_eq!(answer(many.clone(), &sent.asked()), expected, "{:?}", sent);
            }
            Ok(())
        },
    );
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let seen = seen.into_inner();
    println!("{seen:?}");
    for kind in [
        "foreign",
        "no bucket, 200",
        "no bucket, 403",
        "bucket, 200, true",
        "bucket, 200, false",
        "bucket, 403, false",
    ] {
        let count = seen.get(kind).copied().unwrap_or_default();
        assert!(count >= cases / 10, "only {count} requests came to: {kind}");
    }
}

#[test]
fn the_layer_treats_each_of_many_buckets_as_if_it_were_alone() {
    check(1_000, on_tower);
}

#[test]
fn the_middleware_treats_each_of_many_buckets_as_if_it_were_alone() {
    check(200, on_actix);
}
