//! Conversions of configurations that are made to be expensive.

use s3_cors_formats::{Target, convert};

use crate::comparing::pairs;
use crate::{MB, work};

#[test]
fn a_conversion_has_an_end() {
    // Each target takes one of these whole, or refuses it. The other configurations make most
    // targets try all the requests that are tried at most, which takes a debug build minutes for
    // each. A release build has converted most of them, and none took more than 80 MB.
    let quick = ["long entries", "long values"];
    let pairs = pairs().into_iter();
    for (what, configuration, _) in pairs.filter(|(what, ..)| quick.contains(what)) {
        for target in Target::ALL {
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
