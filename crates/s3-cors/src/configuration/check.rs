//! What `PutBucketCors` checks.

use super::dialect::Member;
use super::{CorsConfiguration, CorsRule, write};
use crate::error::{MOST_PROBLEMS, Place, Problem, ProblemKind};
use crate::limits::{
    APP_METHODS, MAX_APP_RULES, MAX_ID_CHARACTERS, MAX_RULES, MAX_XML_BYTES, SUPPORTED_METHODS,
};
use crate::pattern::Pattern;
use crate::xml_text::is_xml_character;

/// Whose rules they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Bucket,
    App,
}

/// Everything S3 would refuse, in the order of the configuration: no rule (F70), too many of them
/// (F80), too much text (F81), and faults of a rule. Some rules may have been left out at the end.
/// S3 never sees an app's own rules; for these, everything that no rule can have.
pub(crate) fn problems(config: &CorsConfiguration, owner: Owner, left_out: usize) -> Vec<Problem> {
    let mut found = Vec::new();
    let rules = &config.cors_rules;
    let count = rules.len() + left_out;
    if rules.is_empty() {
        found.push(Problem::unplaced(ProblemKind::NoRules));
    }
    let (most, kind) = match owner {
        Owner::Bucket => (MAX_RULES, ProblemKind::TooManyRules { count }),
        Owner::App => (MAX_APP_RULES, ProblemKind::TooManyAppRules { count }),
    };
    if count > most {
        // The first rule beyond the limit.
        found.push(Problem::new(kind, Place::of_rule(most)));
    }
    let bytes = write::xml_length(config);
    if bytes > MAX_XML_BYTES && left_out == 0 {
        found.push(Problem::unplaced(ProblemKind::TooLarge { bytes }));
    }
    for (index, rule) in rules.iter().enumerate() {
        check_rule(rule, owner, &Place::of_rule(index), &mut found);
    }
    found
}

/// Long IDs (F85, D9), missing lists (F71, F126), and entries at fault.
fn check_rule(rule: &CorsRule, owner: Owner, place: &Place, found: &mut Vec<Problem>) {
    let method_fault = match owner {
        Owner::Bucket => method_fault,
        Owner::App => app_method_fault,
    };
    let mut report = |member: Member, entry: Option<usize>, kind| {
        if found.len() >= MOST_PROBLEMS {
            return;
        }
        let place = place.clone().key_in_rule(member.s3_key());
        let place = match entry {
            Some(index) => place.entry_at(index),
            None => place,
        };
        found.push(Problem::new(kind, place));
    };

    if let Some(id) = &rule.id {
        let characters = id.chars().count();
        if characters > MAX_ID_CHARACTERS {
            report(Member::Id, None, ProblemKind::IdTooLong { characters });
        }
        if let Some(kind) = unwritable(id) {
            report(Member::Id, None, kind);
        }
    }
    for (member, list, fault) in [
        (
            Member::AllowedHeaders,
            &rule.allowed_headers,
            header_fault as fn(&str) -> Option<ProblemKind>,
        ),
        (Member::AllowedMethods, &rule.allowed_methods, method_fault),
        (Member::AllowedOrigins, &rule.allowed_origins, origin_fault),
        (Member::ExposeHeaders, &rule.expose_headers, exposed_fault),
    ] {
        let needed = matches!(member, Member::AllowedMethods | Member::AllowedOrigins);
        if needed && list.is_empty() {
            let key = member.s3_key();
            report(member, None, ProblemKind::Missing { key });
        }
        for (index, value) in list.iter().enumerate() {
            if let Some(kind) = fault(value) {
                report(member, Some(index), kind);
            }
        }
    }
}

/// Methods that S3 does not support (F72).
fn method_fault(value: &str) -> Option<ProblemKind> {
    (!SUPPORTED_METHODS.contains(&value)).then(|| ProblemKind::UnsupportedMethod {
        value: value.into(),
    })
}

fn app_method_fault(value: &str) -> Option<ProblemKind> {
    (!APP_METHODS.contains(&value)).then(|| ProblemKind::UnsupportedAppMethod {
        value: value.into(),
    })
}

/// An empty origin is accepted (F79).
fn origin_fault(value: &str) -> Option<ProblemKind> {
    pattern_fault("AllowedOrigin", value)
}

/// Characters that no token can have pass: S3 accepted them in 2016, and they match literally
/// (D10).
fn header_fault(value: &str) -> Option<ProblemKind> {
    pattern_fault("AllowedHeader", value)
}

/// More than one wildcard (F73, F74).
fn pattern_fault(element: &'static str, value: &str) -> Option<ProblemKind> {
    if Pattern::has_multiple_wildcards(value) {
        Some(ProblemKind::MultipleWildcards {
            element,
            value: value.into(),
        })
    } else {
        unwritable(value)
    }
}

/// Wildcards (F75), and what is no header name (F76).
fn exposed_fault(value: &str) -> Option<ProblemKind> {
    if Pattern::new(value).is_wildcard() {
        Some(ProblemKind::ExposeHeaderWildcard {
            value: value.into(),
        })
    } else if value.is_empty() || !value.bytes().all(is_token_byte) {
        Some(ProblemKind::ExposeHeaderInvalid {
            value: value.into(),
        })
    } else {
        None
    }
}

/// `tchar` of RFC 9110, section 5.6.2 (D11).
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*'..=b'+' | b'-' | b'.')
        || matches!(byte, b'^'..=b'`' | b'|' | b'~')
}

/// A character that the XML document cannot hold (D29).
fn unwritable(value: &str) -> Option<ProblemKind> {
    value
        .chars()
        .find(|&character| !is_xml_character(character))
        .map(|character| ProblemKind::NotXmlCharacter {
            value: value.into(),
            character,
        })
}
