//! Says once what many rules lack.

use std::collections::HashMap;

use super::{Finding, LintCode};

/// Joins findings about several rules that say the same, word for word: the first stays, with the
/// places of the others.
pub(super) fn join(findings: &mut Vec<Finding>) {
    let mut first: HashMap<(LintCode, String), usize> = HashMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        if !is_of_whole_rule(finding.code) {
            kept.push(finding);
            continue;
        }
        let known = *first
            .entry((finding.code, finding.text.clone()))
            .or_insert(kept.len());
        match kept.get_mut(known) {
            Some(first) => first.related.push(finding.place),
            None => kept.push(finding),
        }
    }
    for index in first.into_values() {
        if let Some(finding) = kept.get_mut(index) {
            match &finding.related[..] {
                [] => {}
                [other] => {
                    let rule = other.rule().unwrap_or_default();
                    finding.text += &format!("; the same goes for CORSRules[{rule}]");
                }
                others => {
                    finding.text += &format!("; the same goes for {} other rules", others.len());
                }
            }
        }
    }
    *findings = kept;
}

/// Whether a finding is about what a whole rule lacks, so that nothing is lost if it is said once
/// for many. A mistake in an entry is marked wherever it is.
fn is_of_whole_rule(code: LintCode) -> bool {
    matches!(
        code,
        LintCode::GetWithoutHead
            | LintCode::PutWithoutPost
            | LintCode::UploadWithoutHeaders
            | LintCode::UploadWithoutEtag
            | LintCode::MaxAgeMissing
            | LintCode::MaxAgeZero
            | LintCode::MaxAgeTooLong
    )
}
