//! Conversions of configurations that are made to be expensive.

use s3_cors_formats::{Target, convert};

use crate::comparing::pairs;
use crate::{MB, work};

#[test]
fn a_conversion_has_an_end() {
    // One target of each kind: another file for a bucket, one with an order of its own, one policy
    // for all rules, and a program.
    let targets = [
        Target::CloudFormationYaml,
        Target::Gcs,
        Target::HttpApi,
        Target::CloudFrontFunction,
    ];
    // The others take memory for as many requests at most, but more time than tests have.
    let quick = ["long entries", "halves of a list of names", "long values"];
    let pairs = pairs().into_iter();
    for (what, configuration, _) in pairs.filter(|(what, ..)| quick.contains(what)) {
        for target in targets {
            let what = format!("{what}: {}", target.name());
            let counted = work(&what, || match convert(&configuration, target) {
                Ok(conversion) => {
                    assert!(conversion.differences.len() < 10_000, "{what}");
                    assert!(conversion.output.len() < 16 * 1024 * 1024, "{what}");
                }
                Err(error) => assert!(!error.to_string().is_empty(), "{what}"),
            });
            assert!(
                counted.bytes_max < 256 * MB,
                "{what}: {}",
                counted.bytes_max
            );
        }
    }
}
