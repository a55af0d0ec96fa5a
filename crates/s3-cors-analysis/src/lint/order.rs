//! Effects of the order of rules: rules that are never reached, and rules whose order matters.

use s3_cors::{CorsConfiguration, CorsRule, Pattern, Place, RuleValues};

use super::overlap;
use super::reach::Reach;
use super::{Finding, LintCode};
use crate::pattern::Relations;
use crate::sendable;

pub(super) fn findings(
    configuration: &CorsConfiguration,
    reach: &Reach<'_>,
    findings: &mut Vec<Finding>,
) {
    let rules = &configuration.cors_rules;
    let meeting = overlap::earlier_rules(rules, reach);
    let sent: Vec<Sent> = rules.iter().map(Sent::by).collect();
    for (index, rule) in rules.iter().enumerate() {
        let taken = reach.taken(index);
        if let Some(takers) = taken.rule() {
            let text = format!(
                "{} {} every request that this rule would match",
                names(&takers),
                matches(&takers)
            );
            let help = "move this rule up, or remove it";
            let places = takers.into_iter().map(Place::of_rule);
            let place = Place::of_rule(index);
            let finding = Finding::new(LintCode::RuleUnreachable, place, text, help);
            findings.push(finding.related(places));
            continue;
        }
        for (entry, method) in rule.allowed_methods.iter().enumerate() {
            let is_first = rule
                .allowed_methods
                .iter()
                .position(|other| other == method);
            if let Some(takers) = taken.method(entry).filter(|_| is_first == Some(entry)) {
                let text = format!(
                    "{} {} every {method} request that this rule would match",
                    names(&takers),
                    matches(&takers)
                );
                let place = Place::of_entry(index, "AllowedMethods", entry);
                let help = "move this rule up, or remove the method";
                let finding = Finding::new(LintCode::MethodUnreachable, place, text, help);
                findings.push(finding.related(takers.into_iter().map(Place::of_rule)));
            }
        }
        for (entry, origin) in rule.allowed_origins.iter().enumerate() {
            if let Some(takers) = taken.origin(entry) {
                let text = format!(
                    "{} {} every request that {origin:?} would match here",
                    names(&takers),
                    matches(&takers)
                );
                let place = Place::of_entry(index, "AllowedOrigins", entry);
                let help = "move this rule up, or remove the entry";
                let finding = Finding::new(LintCode::OriginUnreachable, place, text, help);
                findings.push(finding.related(takers.into_iter().map(Place::of_rule)));
            }
        }
        let differ = |other: &usize| sent.get(*other) != sent.get(index);
        let meeting = meeting.get(index).copied().unwrap_or_default();
        overlaps(index, rules, meeting.iter().filter(differ), findings);
    }
}

/// `CORSRules[0] and CORSRules[2]`
fn names(rules: &[usize]) -> String {
    let names: Vec<String> = rules
        .iter()
        .map(|rule| format!("CORSRules[{rule}]"))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// The verb that goes with [`names`].
fn matches(rules: &[usize]) -> &'static str {
    if rules.len() == 1 { "matches" } else { "match" }
}

/// Earlier rules that allow some of the same requests but send different headers. `meeting` are
/// the earlier rules that share an origin and send different headers. A request that asks for no
/// header passes every list of headers, so rules overlap if their origins and methods do.
fn overlaps(
    index: usize,
    rules: &[CorsRule],
    meeting: impl Iterator<Item = usize>,
    findings: &mut Vec<Finding>,
) {
    let Some(rule) = rules.get(index) else {
        return;
    };
    let mut found = meeting.filter_map(|earlier| {
        let other = rules.get(earlier)?;
        let method = rule
            .allowed_methods
            .iter()
            .find(|method| other.allowed_methods.contains(method))?;
        Some((earlier, method, other))
    });
    let Some((first, method, other)) = found.next() else {
        return;
    };
    let others = found.map(|(earlier, ..)| earlier);
    let earlier: Vec<usize> = std::iter::once(first).chain(others).collect();
    // Each try takes time, and the first usually succeeds.
    let mut common = common(rule, other).take(4);
    let example = common.find_map(|common| sendable::example(&common));
    let example = example.map_or_else(String::new, |origin| {
        format!(", for example {method} from {origin:?}")
    });
    let text = format!(
        "{} {} some of the same requests{example}, but with different response headers",
        names(&earlier),
        matches(&earlier)
    );
    let help = "keep this order; Terraform stores rules as a set and may reorder them";
    let place = Place::of_rule(index);
    let finding = Finding::new(LintCode::RuleOrderMatters, place, text, help);
    findings.push(finding.related(earlier.into_iter().map(Place::of_rule)));
}

/// What entries of both rules match, as patterns.
fn common<'a>(rule: &'a CorsRule, other: &'a CorsRule) -> impl Iterator<Item = String> + 'a {
    rule.allowed_origins.iter().flat_map(|one| {
        let others = other.allowed_origins.iter();
        others.filter_map(move |another| intersection(one, another))
    })
}

/// A pattern that matches only what both of these match, and is the narrower one if one contains
/// the other.
fn intersection(one: &str, another: &str) -> Option<String> {
    let (a, b) = (Pattern::new(one), Pattern::new(another));
    if !a.meets(&b) {
        return None;
    }
    let (Some((start, end)), Some((other_start, other_end))) =
        (one.split_once('*'), another.split_once('*'))
    else {
        let exact = if a.is_wildcard() { another } else { one };
        return Some(exact.to_owned());
    };
    let longer = |one: &str, other: &str| match one.len() < other.len() {
        true => other.to_owned(),
        false => one.to_owned(),
    };
    let (start, end) = (longer(start, other_start), longer(end, other_end));
    Some(format!("{start}*{end}"))
}

/// What all responses of a rule have in common.
#[derive(PartialEq)]
struct Sent {
    any_origin: bool,
    values: RuleValues<Box<str>>,
}

impl Sent {
    fn by(rule: &CorsRule) -> Self {
        let any = |origin: &String| Pattern::new(origin).is_any();
        Self {
            any_origin: rule.allowed_origins.iter().any(any),
            values: RuleValues::new(rule),
        }
    }
}
