//! Rules written for a target and read back: the differences that are reported are there, and
//! those that requests show are reported.
//!
//! The first byte is the target. Then comes a rule a line, and after an empty line a request a
//! line.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use s3_cors_formats_fuzz::conversions::{assert_converted_soundly, request, rule, target};

/// More make a conversion slow.
const RULES: usize = 4;
const REQUESTS: usize = 20;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((&first, rest)) = bytes.split_first() else {
        return Corpus::Reject;
    };
    let mut lines = rest.split(|&byte| byte == b'\n');
    let rules = lines.by_ref().take_while(|line| !line.is_empty());
    let rules: Vec<_> = rules.take(RULES).map(rule).collect();
    if rules.is_empty() {
        return Corpus::Reject;
    }
    let requests: Vec<_> = lines.take(REQUESTS).map(request).collect();
    assert_converted_soundly(target(first), rules, &requests);
    Corpus::Keep
});
