//! The cases: a policy, a request, and a limit for the cost.

use crate::app::App;
use crate::policies::{ALLOWED_HEADERS, ORIGIN, Policy};
use crate::requests::{Request, list};

/// A policy and a request.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The name on command lines and in files.
    pub id: &'static str,
    /// The name in tables.
    pub name: &'static str,
    /// The policy.
    pub policy: Policy,
    /// Makes the request.
    pub request: fn() -> Request,
    /// The app's response.
    pub app: App,
    /// Whether CI counts it.
    pub guarded: bool,
    /// What ours may cost.
    pub bar: Bar,
}

/// What ours may cost over the bare service.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// In instructions.
    pub instructions: Instructions,
    /// In allocations.
    pub allocations: Allocations,
}

/// A limit for instructions.
#[derive(Debug, Clone, Copy)]
pub enum Instructions {
    /// This many times the floor, or the floor plus 400 if it is negative.
    Floor(f64),
    /// The same, with another factor for actix-web.
    FloorOrActix(f64, f64),
    /// This many times another case with a smaller policy.
    Case(f64, &'static str),
    /// This many for each byte of the requested names.
    PerByte(f64),
    /// The same for a refusal, which rivals send without S3's body or do not send at all.
    Refusal(f64),
    /// No limit except the rival's cost.
    None,
}

/// A limit for allocations.
#[derive(Debug, Clone, Copy)]
pub enum Allocations {
    /// None on top of the bare service.
    Zero,
    /// As many as the floor's.
    Floor,
    /// As many as in another case.
    Case(&'static str),
    /// None.
    Unlimited,
}

impl Case {
    /// The case with an id.
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        let scaled = SCALES.iter().flat_map(|scale| scale.cases);
        CASES.iter().chain(scaled).find(|case| case.id == id)
    }

    /// Whether tower-http and actix-cors can express the policy: they have one rule, and
    /// one policy.
    #[must_use]
    pub fn suits_rivals(&self) -> bool {
        !matches!(
            self.policy,
            Policy::Rules(_) | Policy::RulesWithWildcard(_) | Policy::Buckets(_)
        )
    }
}

const NOTHING_TO_ADD: Bar = Bar {
    instructions: Instructions::Floor(1.2),
    allocations: Allocations::Zero,
};
const ALLOWED: Bar = Bar {
    instructions: Instructions::Floor(1.1),
    allocations: Allocations::Floor,
};
const REFUSED: Bar = Bar {
    instructions: Instructions::Refusal(1.2),
    allocations: Allocations::Case("preflight-refused-origin"),
};
const UNLIMITED: Bar = Bar {
    instructions: Instructions::None,
    allocations: Allocations::Unlimited,
};

/// At most this many times another case, with the same number of allocations.
const fn as_few(times: f64, case: &'static str) -> Bar {
    Bar {
        instructions: Instructions::Case(times, case),
        allocations: Allocations::Case(case),
    }
}

const fn per_byte(instructions: f64, allocations: Allocations) -> Bar {
    Bar {
        instructions: Instructions::PerByte(instructions),
        allocations,
    }
}

const fn case(
    id: &'static str,
    name: &'static str,
    policy: Policy,
    request: fn() -> Request,
    bar: Bar,
) -> Case {
    Case {
        id,
        name,
        policy,
        request,
        app: App::PLAIN,
        guarded: false,
        bar,
    }
}

/// An allowed GET to another app.
const fn of_app(id: &'static str, name: &'static str, app: App) -> Case {
    Case {
        app,
        ..case(id, name, FEW, GET, ALLOWED)
    }
}

const fn with_headers(headers: usize) -> App {
    App {
        headers,
        ..App::PLAIN
    }
}

const fn guarded(case: Case) -> Case {
    Case {
        guarded: true,
        ..case
    }
}

const FEW: Policy = Policy::Origins(3);
const FOREIGN: &str = "https://www.example.net";
const OF_WILDCARD: &str = "https://eu-west-1.example.com";
const THREE_NAMES: &str = "authorization,content-type,x-amz-date";
const KB: usize = 1024;

/// All cases, in the order of the tables.
pub const CASES: &[Case] = &[
    guarded(case(
        "no-origin",
        "no Origin",
        FEW,
        Request::same_origin,
        NOTHING_TO_ADD,
    )),
    guarded(case(
        "get-allowed",
        "GET allowed",
        FEW,
        || Request::get(ORIGIN),
        ALLOWED,
    )),
    guarded(case(
        "get-not-allowed",
        "GET, origin not allowed",
        FEW,
        || Request::get(FOREIGN),
        NOTHING_TO_ADD,
    )),
    guarded(case(
        "preflight-allowed",
        "preflight allowed, 3 names",
        FEW,
        || Request::preflight(ORIGIN).asking_for(THREE_NAMES),
        ALLOWED,
    )),
    guarded(case(
        "preflight-refused-origin",
        "preflight refused: origin",
        FEW,
        || Request::preflight(FOREIGN).asking_for(THREE_NAMES),
        Bar {
            allocations: Allocations::Unlimited,
            ..REFUSED
        },
    )),
    guarded(case(
        "preflight-refused-header",
        "preflight refused: header",
        FEW,
        || Request::preflight(ORIGIN).asking_for("authorization,content-type,x-custom"),
        REFUSED,
    )),
    // Other apps.
    guarded(of_app(
        "app-2-headers",
        "GET allowed, 2 headers of the app",
        with_headers(2),
    )),
    guarded(of_app(
        "app-5-headers",
        "GET allowed, 5 headers of the app",
        with_headers(5),
    )),
    guarded(of_app(
        "app-10-headers",
        "GET allowed, 10 headers of the app",
        with_headers(10),
    )),
    guarded(of_app(
        "app-20-headers",
        "GET allowed, 20 headers of the app",
        with_headers(20),
    )),
    guarded(of_app(
        "app-vary",
        "GET allowed, the app's own Vary",
        App {
            vary: true,
            ..App::PLAIN
        },
    )),
    guarded(of_app(
        "app-cookies",
        "GET allowed, two set-cookie of the app",
        App {
            cookies: true,
            ..App::PLAIN
        },
    )),
    guarded(of_app(
        "app-streamed",
        "GET allowed, a streamed body",
        App {
            streamed: true,
            ..App::PLAIN
        },
    )),
    // Many origins.
    case(
        "get-100-origins",
        "GET, 100 origins, last",
        Policy::Origins(100),
        || Request::get(ORIGIN),
        as_few(1.05, "get-allowed"),
    ),
    case(
        "get-100-origins-miss",
        "GET, 100 origins, miss",
        Policy::Origins(100),
        || Request::get(FOREIGN),
        as_few(1.05, "get-not-allowed"),
    ),
    case(
        "preflight-100-origins",
        "preflight, 100 origins, last",
        Policy::Origins(100),
        || Request::preflight(ORIGIN).asking_for(THREE_NAMES),
        as_few(1.05, "preflight-allowed"),
    ),
    guarded(case(
        "get-1000-origins",
        "GET, 1,000 origins, last",
        Policy::Origins(1000),
        || Request::get(ORIGIN),
        as_few(1.05, "get-allowed"),
    )),
    case(
        "get-1000-origins-miss",
        "GET, 1,000 origins, miss",
        Policy::Origins(1000),
        || Request::get(FOREIGN),
        as_few(1.05, "get-not-allowed"),
    ),
    case(
        "preflight-1000-origins",
        "preflight, 1,000 origins, last",
        Policy::Origins(1000),
        || Request::preflight(ORIGIN).asking_for(THREE_NAMES),
        as_few(1.05, "preflight-allowed"),
    ),
    // Wildcards.
    guarded(case(
        "get-1-wildcard",
        "GET, 1 wildcard",
        Policy::Wildcards(1),
        || Request::get(OF_WILDCARD),
        // The floor knows that all wildcards start with `https://*`.
        Bar {
            instructions: Instructions::FloorOrActix(1.08, 1.1),
            ..ALLOWED
        },
    )),
    case(
        "get-100-wildcards",
        "GET, 100 wildcards, last",
        Policy::Wildcards(100),
        || Request::get(OF_WILDCARD),
        as_few(1.3, "get-1-wildcard"),
    ),
    guarded(case(
        "get-1000-wildcards",
        "GET, 1,000 wildcards, last",
        Policy::Wildcards(1000),
        || Request::get(OF_WILDCARD),
        as_few(1.3, "get-1-wildcard"),
    )),
    case(
        "get-1-wildcard-miss",
        "GET, 1 wildcard, miss",
        Policy::Wildcards(1),
        || Request::get(FOREIGN),
        // Two lookups: one for the part before the wildcard, one for the part after it.
        as_few(1.5, "get-not-allowed"),
    ),
    case(
        "get-1000-wildcards-miss",
        "GET, 1,000 wildcards, miss",
        Policy::Wildcards(1000),
        || Request::get(FOREIGN),
        as_few(3.0, "get-1-wildcard-miss"),
    ),
    // Many rules.
    guarded(case(
        "get-100-rules",
        "GET, 100 rules, last",
        Policy::Rules(100),
        || Request::get(ORIGIN),
        as_few(1.05, "get-allowed"),
    )),
    case(
        "get-100-rules-wildcard",
        "GET, 100 rules, wildcard in the last",
        Policy::RulesWithWildcard(100),
        || Request::get(OF_WILDCARD),
        as_few(1.05, "get-1-wildcard"),
    ),
    guarded(case(
        "preflight-100-rules",
        "preflight, 100 rules, last",
        Policy::Rules(100),
        || Request::preflight(ORIGIN).asking_for(THREE_NAMES),
        as_few(1.05, "preflight-allowed"),
    )),
    case(
        "preflight-100-rules-miss",
        "preflight, 100 rules, miss",
        Policy::Rules(100),
        || Request::preflight(FOREIGN).asking_for(THREE_NAMES),
        as_few(1.05, "preflight-refused-origin"),
    ),
    // What a hostile client may send.
    case(
        "commas-8k",
        "8 KB of commas",
        FEW,
        || Request::preflight(ORIGIN).asking_for(",".repeat(8 * KB)),
        per_byte(8.0, Allocations::Unlimited),
    ),
    case(
        "commas-400k",
        "400 KB of commas",
        FEW,
        || Request::preflight(ORIGIN).asking_for(",".repeat(400 * KB)),
        per_byte(8.0, Allocations::Case("commas-8k")),
    ),
    case(
        "commas-8k-foreign",
        "8 KB of commas, then an unlisted name",
        FEW,
        || Request::preflight(ORIGIN).asking_for(",".repeat(8 * KB) + "x-custom"),
        per_byte(8.0, Allocations::Case("preflight-refused-origin")),
    ),
    case(
        "distinct-8k",
        "8 KB of distinct unlisted names",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(8 * KB, distinct)),
        per_byte(8.0, Allocations::Case("preflight-refused-origin")),
    ),
    case(
        "distinct-400k",
        "400 KB of distinct unlisted names",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(400 * KB, distinct)),
        per_byte(8.0, Allocations::Case("preflight-refused-origin")),
    ),
    case(
        "distinct-8k-any",
        "8 KB of distinct names, all allowed by *",
        Policy::AnyHeaders,
        || Request::preflight(ORIGIN).asking_for(list(8 * KB, distinct)),
        per_byte(25.0, Allocations::Floor),
    ),
    case(
        "distinct-400k-any",
        "400 KB of distinct names, all allowed by *",
        Policy::AnyHeaders,
        || Request::preflight(ORIGIN).asking_for(list(400 * KB, distinct)),
        per_byte(25.0, Allocations::Case("distinct-8k-any")),
    ),
    guarded(case(
        "allowed-8k",
        "8 KB of allowed names",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(8 * KB, allowed)),
        per_byte(25.0, Allocations::Floor),
    )),
    case(
        "allowed-400k",
        "400 KB of allowed names",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(400 * KB, allowed)),
        per_byte(25.0, Allocations::Case("allowed-8k")),
    ),
    // All names but the last have to be found before these are refused.
    case(
        "allowed-8k-foreign",
        "8 KB of allowed names, then an unlisted one",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(8 * KB, allowed) + ",x-custom"),
        per_byte(25.0, Allocations::Unlimited),
    ),
    case(
        "allowed-400k-foreign",
        "400 KB of allowed names, then an unlisted one",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(400 * KB, allowed) + ",x-custom"),
        per_byte(25.0, Allocations::Case("allowed-8k-foreign")),
    ),
    case(
        "repeated-8k",
        "8 KB of one allowed name repeated",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(8 * KB, |_| "content-type".into())),
        per_byte(25.0, Allocations::Floor),
    ),
    case(
        "repeated-400k",
        "400 KB of one allowed name repeated",
        FEW,
        || Request::preflight(ORIGIN).asking_for(list(400 * KB, |_| "content-type".into())),
        per_byte(25.0, Allocations::Case("repeated-8k")),
    ),
    case(
        "origin-8k",
        "GET, an Origin of 8 KB",
        FEW,
        || Request::get("x".repeat(8 * KB)),
        NOTHING_TO_ADD,
    ),
    case(
        "origin-8k-wildcards",
        "GET, an Origin of 8 KB, 1,000 wildcards",
        Policy::Wildcards(1000),
        || Request::get(format!("https://{}.example.net", "x".repeat(8 * KB))),
        as_few(3.0, "get-1-wildcard-miss"),
    ),
    case(
        "origin-not-ascii",
        "GET, an Origin of bytes above 0x7F",
        FEW,
        || Request::get(not_ascii(23)),
        NOTHING_TO_ADD,
    ),
    case(
        "names-not-ascii",
        "8 KB of bytes above 0x7F",
        FEW,
        || Request::preflight(ORIGIN).asking_for(not_ascii(8 * KB)),
        per_byte(8.0, Allocations::Case("preflight-refused-origin")),
    ),
    case(
        "100-lines",
        "preflight, 100 lines of one allowed name",
        FEW,
        || {
            (0..100).fold(Request::preflight(ORIGIN), |request, _| {
                request.asking_for("content-type")
            })
        },
        UNLIMITED,
    ),
    // Many buckets.
    guarded(case(
        "get-1-bucket",
        "GET, selected among 1 bucket",
        Policy::Buckets(1),
        || Request::get(ORIGIN),
        as_few(1.5, "get-allowed"),
    )),
    guarded(case(
        "get-100-buckets",
        "GET, selected among 100 buckets",
        Policy::Buckets(100),
        || Request::get(ORIGIN),
        as_few(1.05, "get-1-bucket"),
    )),
    guarded(case(
        "get-10000-buckets",
        "GET, selected among 10,000 buckets",
        Policy::Buckets(10_000),
        || Request::get(ORIGIN),
        as_few(1.05, "get-1-bucket"),
    )),
];

fn distinct(number: usize) -> String {
    format!("x-custom-{number}")
}

fn allowed(number: usize) -> String {
    ALLOWED_HEADERS[number % ALLOWED_HEADERS.len()].to_ascii_lowercase()
}

fn not_ascii(length: usize) -> Vec<u8> {
    (0x80..=0xff).cycle().take(length).collect()
}

/// A way in which a policy grows, for the charts.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// The chart's name.
    pub name: &'static str,
    /// What there is more and more of.
    pub axis: &'static str,
    /// An allowed GET under each policy, the smallest first.
    pub cases: &'static [Case],
}

const fn scaled(id: &'static str, policy: Policy, request: fn() -> Request) -> Case {
    case(id, id, policy, request, UNLIMITED)
}

const GET: fn() -> Request = || Request::get(ORIGIN);
const GET_OF_WILDCARD: fn() -> Request = || Request::get(OF_WILDCARD);

/// The ways in which policies grow.
pub const SCALES: &[Scale] = &[
    Scale {
        name: "number of origins",
        axis: "origins in the rule, the last matches",
        cases: &[
            scaled("scale-origins-1", Policy::Origins(1), GET),
            scaled("scale-origins-10", Policy::Origins(10), GET),
            scaled("scale-origins-100", Policy::Origins(100), GET),
            scaled("scale-origins-300", Policy::Origins(300), GET),
            scaled("scale-origins-1000", Policy::Origins(1000), GET),
        ],
    },
    Scale {
        name: "number of wildcards",
        axis: "wildcard origins in the rule, the last matches",
        cases: &[
            scaled("scale-wildcards-1", Policy::Wildcards(1), GET_OF_WILDCARD),
            scaled("scale-wildcards-10", Policy::Wildcards(10), GET_OF_WILDCARD),
            scaled(
                "scale-wildcards-100",
                Policy::Wildcards(100),
                GET_OF_WILDCARD,
            ),
            scaled(
                "scale-wildcards-300",
                Policy::Wildcards(300),
                GET_OF_WILDCARD,
            ),
            scaled(
                "scale-wildcards-1000",
                Policy::Wildcards(1000),
                GET_OF_WILDCARD,
            ),
        ],
    },
    Scale {
        name: "number of rules",
        axis: "rules, the last matches",
        cases: &[
            scaled("scale-rules-1", Policy::Rules(1), GET),
            scaled("scale-rules-3", Policy::Rules(3), GET),
            scaled("scale-rules-10", Policy::Rules(10), GET),
            scaled("scale-rules-30", Policy::Rules(30), GET),
            scaled("scale-rules-100", Policy::Rules(100), GET),
        ],
    },
];
