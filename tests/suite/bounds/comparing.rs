//! Valid configurations that are made to be expensive: checked, linted, explained, compared,
//! written, and asked as browsers do.

use cors_fetch::{Fetch, Response};
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, Dialect, RequestParts};
use s3_cors_analysis::changes::rule_changes;
use s3_cors_analysis::diff::{Comparison, diff};
use s3_cors_analysis::explain::explain;
use s3_cors_analysis::fetch::verdict;
use s3_cors_analysis::lint::lint;
use s3_cors_analysis::matrix::Matrix;

use crate::{KB, MB, work};

/// A small generator of numbers that repeat.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from((self.0 >> 33) % end).expect("a small number")
    }

    fn word(&mut self, longest: u64) -> String {
        (0..self.below(longest + 1))
            .map(|_| ['a', 'b'][self.below(2)])
            .collect()
    }
}

/// A hundred rules whose wildcards cross in every way, each with header names of its own.
fn crossing(seed: u64) -> CorsConfiguration {
    let mut numbers = Numbers(seed);
    let methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];
    CorsConfiguration::new((0..100).map(|rule| {
        let origins: Vec<String> = (0..6)
            .map(|_| format!("{}*{}", numbers.word(6), numbers.word(6)))
            .collect();
        let headers: Vec<String> = (0..6)
            .map(|_| format!("x{}*{}", numbers.word(5), numbers.word(5)))
            .collect();
        CorsRule::new(origins, methods[..=numbers.below(5)].to_vec())
            .allowed_headers(headers)
            .max_age_seconds(rule)
    }))
}

/// One rule of as many wildcards as 64 KiB hold, every one of which crosses half of the others.
fn one_rule(end: &str, age: i64) -> CorsConfiguration {
    let origins = (0..850).flat_map(|n| [format!("{n:x}*{end}"), format!("*{n:x}{end}")]);
    CorsConfiguration::new([CorsRule::new(origins, ["GET"]).max_age_seconds(age)])
}

fn one_rule_of_headers(end: &str, age: i64) -> CorsConfiguration {
    let headers = (0..850).flat_map(|n| [format!("{n:x}*{end}"), format!("*{n:x}{end}")]);
    let rule = CorsRule::new(["*"], ["GET"]).max_age_seconds(age);
    CorsConfiguration::new([rule.clone().allowed_headers(headers), rule])
}

/// Prefixes and suffixes that contain each other.
fn nested(first: usize, age: i64) -> CorsConfiguration {
    let origins = (first..220).map(|n| format!("{}*{}", "a".repeat(n), "a".repeat(220 - n)));
    CorsConfiguration::new([CorsRule::new(origins, ["GET"]).max_age_seconds(age)])
}

/// A few entries that are as long as can be.
fn long(prefix: usize, suffix: usize, age: i64) -> CorsConfiguration {
    let rule = |prefix: usize, suffix: usize| {
        let origin = format!("{}*{}", "a".repeat(prefix), "a".repeat(suffix));
        CorsRule::new([origin], ["GET"]).max_age_seconds(age)
    };
    CorsConfiguration::new([rule(prefix, suffix), rule(suffix, prefix), rule(1, 10)])
}

/// Each rule has its own half of a list of names.
fn halves(seed: u64) -> CorsConfiguration {
    let mut numbers = Numbers(seed);
    CorsConfiguration::new((0..50).map(|rule| {
        let names = (0..60).filter(|_| numbers.below(2) == 0);
        let names: Vec<String> = names.map(|name| format!("x-{name}")).collect();
        CorsRule::new(["https://*"], ["GET"])
            .allowed_headers(names)
            .max_age_seconds(rule)
    }))
}

/// What an app may read, as long as can be, in each of many rules.
fn exposing(age: i64) -> CorsConfiguration {
    CorsConfiguration::new((0..90).map(|rule| {
        let exposed = (0..10).map(|n| format!("x-{n}-{}", "long".repeat(6)));
        CorsRule::new([format!("https://{rule}.example")], ["GET"])
            .expose_headers(exposed)
            .max_age_seconds(age)
    }))
}

/// Configurations that are made to be expensive, in pairs.
pub(crate) fn pairs() -> Vec<(&'static str, CorsConfiguration, CorsConfiguration)> {
    vec![
        ("crossing rules", crossing(1), crossing(2)),
        (
            "one rule of crossing origins",
            one_rule("", 1),
            one_rule("f", 2),
        ),
        ("the same origins", one_rule("", 1), one_rule("", 2)),
        (
            "one rule of crossing headers",
            one_rule_of_headers("", 1),
            one_rule_of_headers("f", 2),
        ),
        ("nested wildcards", nested(0, 1), nested(1, 2)),
        (
            "long entries",
            long(31_000, 1_000, 1),
            long(10_000, 20_000, 2),
        ),
        ("halves of a list of names", halves(1), halves(2)),
        ("long values", exposing(1), exposing(2)),
        (
            "origins against headers",
            one_rule("", 1),
            one_rule_of_headers("", 1),
        ),
    ]
}

#[test]
fn comparing_has_an_end() {
    for (what, before, after) in pairs() {
        for (before, after) in [(&before, &after), (&after, &before)] {
            before.check().expect(what);
            let mut told = None;
            let counted = work(what, || told = Some(diff(before, after).expect(what)));
            assert!(
                counted.bytes_max < 128 * MB,
                "{what}: {}",
                counted.bytes_max
            );
            let (Some(Comparison::Different(told)) | Some(Comparison::AtLeast(told))) = told else {
                panic!("{what}: they differ")
            };
            assert!(
                !told.is_empty() && told.len() <= 1_000,
                "{what}: {}",
                told.len()
            );
            for difference in told {
                let words = difference.to_string();
                assert!(words.len() < 20_000, "{what}: {}", words.len());
            }
        }
    }
}

/// Where there is too much to look at, it is said.
#[test]
fn who_stops_looking_says_so() {
    let told = diff(&crossing(1), &crossing(2)).expect("valid configurations");
    let Comparison::AtLeast(told) = told else {
        panic!("all was looked at")
    };
    assert_eq!(told.len(), 1_000);
}

#[test]
fn a_matrix_has_an_end_and_says_when_it_was_reached() {
    for (what, configuration, _) in pairs() {
        let mut matrix = None;
        let counted = work(what, || {
            matrix = Some(Matrix::new(&configuration).expect(what));
        });
        assert!(
            counted.bytes_max < 128 * MB,
            "{what}: {}",
            counted.bytes_max
        );
        let matrix = matrix.expect(what);
        let endless = ["crossing rules", "long entries"].contains(&what);
        assert_eq!(matrix.complete, !endless, "{what}");
        assert!(!matrix.rows.is_empty(), "{what}");
    }
}

#[test]
fn what_one_configuration_takes_has_an_end() {
    for (what, configuration, other) in pairs() {
        let size = u64::try_from(configuration.to_text(Dialect::Xml).len()).expect("a size");
        let within = |step: &str, most: u64, call: &mut dyn FnMut()| {
            let counted = work(&format!("{what}: {step}"), call);
            assert!(
                counted.bytes_max < most,
                "{what}: {step}: {}",
                counted.bytes_max
            );
        };
        within("check", 4 * size + 64 * KB, &mut || {
            configuration.check().expect("valid");
        });
        within("compile", 64 * size + MB, &mut || {
            CorsPolicy::new(&configuration).expect("valid");
        });
        within("lint", 128 * size + MB, &mut || {
            assert!(lint(&configuration).len() < 10_000);
        });
        within("changes", 64 * size + MB, &mut || {
            for change in rule_changes(Some(&configuration), Some(&other)) {
                assert!(change.to_string().len() < 20_000);
            }
        });
        let origin = "a".repeat(8_000);
        let headers = "x-b,".repeat(2_000);
        let lines = [
            ("origin", origin.as_bytes()),
            ("access-control-request-method", b"GET"),
            ("access-control-request-headers", headers.as_bytes()),
        ];
        let request = RequestParts::new("OPTIONS", &lines);
        within("explain", 64 * size + 4 * MB, &mut || {
            explain(Some(&configuration), &request).expect("valid");
        });
        let policy = CorsPolicy::new(&configuration).expect("valid");
        let fetch = (0..2_000).fold(
            Fetch::new("https://a.example", "https://b.example/").expect("URLs"),
            |fetch, n| fetch.header(&format!("x-{n}"), "1"),
        );
        let response = (0..2_000).fold(Response::new(200), |response, n| {
            response.header(&format!("x-{n}"), "1")
        });
        within("fetch", 64 * size + 8 * MB, &mut || {
            drop(verdict(&fetch, &policy, &response));
        });
        for dialect in Dialect::ALL {
            within("write", 16 * size + 64 * KB, &mut || {
                drop(configuration.to_text(dialect));
            });
        }
    }
}
