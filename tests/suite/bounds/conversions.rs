//! Conversions of configurations that are made to be expensive.

use s3_cors_formats::{Target, convert};

use crate::comparing::pairs;
use crate::{MB, work};

#[test]
fn a_conversion_has_an_end() {
    // Each target takes one of the first two whole, or refuses it. The other configurations make
    // most targets try all the requests that are tried at most, which takes a debug build minutes
    // for each. A release build has converted most of them, and none took more than 80 MB.
    let quick = ["long entries", "long values"];
    // The third is for one target of each kind: another file for a bucket, one with an order of its
    // own, one policy for all rules, and a program.
    let slow = "halves of a list of names";
    let of_each_kind = [
        Target::CloudFormationYaml,
        Target::Gcs,
        Target::HttpApi,
        Target::CloudFrontFunction,
    ];
    for (what, configuration, _) in pairs() {
        for target in Target::ALL {
            let is_tried =
                quick.contains(&what) || (what == slow && of_each_kind.contains(&target));
            if !is_tried {
                continue;
            }
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
