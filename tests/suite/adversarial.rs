//! Requests made to be expensive: decided as the naive engine decides them, with few allocations
//! however long they are. What they cost in instructions is counted in `benches/`.

use allocation_counter::measure;
use conformance::corpus::Rule;
use conformance::naive::{self, Bucket, Request};
use conformance::translated::verdict;
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule};

const KB: usize = 1024;

/// A rule for each way to allow a header name: by name, by wildcard, any.
fn rules() -> Vec<Rule> {
    let rule = |origin: &str, headers: &[&str]| Rule {
        allowed_origins: vec![origin.into()],
        allowed_methods: vec!["PUT".into()],
        allowed_headers: headers.iter().map(ToString::to_string).collect(),
        ..Rule::default()
    };
    vec![
        rule("https://exact.example", &["Content-Type", "x-amz-date"]),
        rule("https://*.example", &["x-*-meta", "content-*", "*-date"]),
        rule("https://any.example", &["*"]),
        rule("http*", &["content-type"]),
    ]
}

fn policy(rules: &[Rule]) -> CorsPolicy {
    let cors_rules = rules.iter().map(|rule| {
        CorsRule::new(rule.allowed_origins.clone(), rule.allowed_methods.clone())
            .allowed_headers(rule.allowed_headers.clone())
    });
    CorsPolicy::new(&CorsConfiguration::new(cors_rules)).expect("the rules are valid")
}

/// So many bytes of a list, of which an element is made from its number.
fn list(length: usize, element: impl Fn(usize) -> String) -> Vec<u8> {
    let mut list = Vec::new();
    for number in 0.. {
        list.extend_from_slice(element(number).as_bytes());
        if list.len() >= length {
            break;
        }
        list.push(b',');
    }
    list
}

fn allowed(number: usize) -> String {
    ["content-type", "X-Amz-Date", "x-amz-date"][number % 3].into()
}

/// The lists, by name.
fn lists() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let then_foreign = |mut list: Vec<u8>| {
        list.extend_from_slice(b",y-foreign");
        list
    };
    let mut lists = vec![
        ("100 lines of one name", vec![b"content-type".to_vec(); 100]),
        ("100 lines of commas", vec![b",,,,".to_vec(); 100]),
        (
            "100 lines, the last foreign",
            [vec![b"content-type".to_vec(); 99], vec![b"y".to_vec()]].concat(),
        ),
    ];
    for length in [8 * KB, 400 * KB] {
        lists.extend([
            ("commas", vec![vec![b','; length]]),
            ("blanks", vec![vec![b' '; length]]),
            ("commas and blanks", vec![b", ".repeat(length / 2)]),
            (
                "commas, then a foreign name",
                vec![then_foreign(vec![b','; length])],
            ),
            (
                "distinct foreign names",
                vec![list(length, |n| format!("y-{n}"))],
            ),
            (
                "distinct names in a wildcard",
                vec![list(length, |n| format!("x-{n}-meta"))],
            ),
            ("allowed names", vec![list(length, allowed)]),
            (
                "allowed names, then a foreign one",
                vec![then_foreign(list(length, allowed))],
            ),
            (
                "one allowed name repeated",
                vec![list(length, |_| "content-type".into())],
            ),
            ("one name as long as the list", vec![vec![b'x'; length]]),
            (
                "bytes from 0x80 on",
                vec![(0x80..=0xff).cycle().take(length).collect()],
            ),
            (
                "bytes from 0x80 on, between commas",
                vec![b"\x80\xff,".repeat(length / 3)],
            ),
        ]);
    }
    lists
}

fn preflight(origin: &[u8], lists: &[Vec<u8>]) -> Request {
    let mut headers = vec![
        ("origin".into(), origin.to_vec()),
        ("access-control-request-method".into(), b"PUT".to_vec()),
    ];
    for list in lists {
        headers.push(("access-control-request-headers".into(), list.clone()));
    }
    Request {
        method: "OPTIONS".into(),
        is_bucket: false,
        headers,
    }
}

#[test]
fn long_lists_of_headers_are_decided_as_by_the_naive_engine() {
    let rules = rules();
    let policy = policy(&rules);
    for origin in [
        "https://exact.example",
        "https://any.example",
        "https://b.example",
    ] {
        for (name, lines) in lists() {
            let length: usize = lines.iter().map(Vec::len).sum();
            let request = preflight(origin.as_bytes(), &lines);
            let expected = naive::decide(Bucket::WithRules(&rules), &request);
            assert!(
                verdict(&policy, &request) == expected,
                "{name}, {length} bytes, {origin}"
            );
        }
    }
}

#[test]
fn long_origins_are_decided_as_by_the_naive_engine() {
    let rules = rules();
    let policy = policy(&rules);
    let letters = "a".repeat(8 * KB);
    for (name, origin) in [
        ("8 KB of letters", letters.clone().into_bytes()),
        (
            "8 KB in a wildcard",
            format!("https://{letters}.example").into_bytes(),
        ),
        (
            "8 KB of dots in a wildcard",
            format!("https://{}.example", ".".repeat(8 * KB)).into_bytes(),
        ),
        (
            "8 KB that nearly end as a wildcard",
            format!("https://{letters}.exampl").into_bytes(),
        ),
        (
            "8 KB from 0x80 on",
            (0x80..=0xff).cycle().take(8 * KB).collect(),
        ),
        ("8 KB of blanks", vec![b' '; 8 * KB]),
    ] {
        let request = preflight(&origin, &[]);
        let expected = naive::decide(Bucket::WithRules(&rules), &request);
        assert!(verdict(&policy, &request) == expected, "{name}");
    }
}

#[test]
fn what_a_long_list_of_headers_allocates_does_not_grow_with_it() {
    let policy = policy(&rules());
    for origin in ["https://exact.example", "https://any.example"] {
        for (name, lines) in lists() {
            let [line] = &lines[..] else { continue };
            let headers: &[(&str, &[u8])] = &[
                ("origin", origin.as_bytes()),
                ("access-control-request-method", b"PUT"),
                ("access-control-request-headers", line),
            ];
            let request = s3_cors::RequestParts::new("OPTIONS", headers);
            let counted = measure(|| {
                let _ = std::hint::black_box(policy.decide(&request));
            });
            assert!(
                counted.count_total <= 1,
                "{name}, {} bytes, {origin}: {}",
                line.len(),
                counted.count_total
            );
        }
    }
}
