//! Which classes of requests get different responses.

use std::collections::{HashMap, HashSet};

use super::names::Names;
use super::origins::{self, OriginClass};
use super::sides::{Both, FirstRules, Sides};
use super::witness::{self, Witness};
use super::{Difference, DifferenceKind, Response};
use s3_cors::Pattern;
use s3_cors::limits::SUPPORTED_METHODS;

use crate::pattern::Relations;

/// Two rules that respond differently to the same request, and the names that the request asks for,
/// by position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Found {
    first_rules: FirstRules,
    names: Vec<usize>,
}

/// A difference, and the methods that show it, by position.
type Shown = (Found, Vec<usize>);

/// The differences for an origin, by their positions among all differences: in order, and as a set.
#[derive(Debug, Default)]
struct Outcome {
    order: Vec<usize>,
    set: HashSet<usize>,
}

/// All differences, without duplicates.
#[derive(Debug, Default)]
struct All {
    shown: Vec<Shown>,
    positions: HashMap<Shown, usize>,
}

impl All {
    fn position(&mut self, shown: Shown) -> usize {
        let next = self.shown.len();
        let position = *self.positions.entry(shown.clone()).or_insert(next);
        if position == next {
            self.shown.push(shown);
        }
        position
    }
}

pub(super) fn differences(sides: &Sides<'_>) -> Vec<Difference> {
    let mut names = Names::new(sides);
    let methods = SUPPORTED_METHODS.map(|method| sides.allowing_method(method));
    let mut known: HashMap<Both, Vec<Found>> = HashMap::new();
    let classes = origins::classes(sides);
    let mut all = All::default();
    let mut by_rules: HashMap<Both, Outcome> = HashMap::new();
    for class in &classes {
        by_rules.entry(class.rules).or_insert_with(|| {
            let mut order: Vec<Shown> = Vec::new();
            let mut seen: HashMap<Found, usize> = HashMap::new();
            for (method, allowing) in methods.iter().enumerate() {
                let rules = class.rules.and(*allowing);
                let found = known
                    .entry(rules)
                    .or_insert_with(|| found(sides, &mut names, rules));
                for found in found.iter() {
                    let next = order.len();
                    let at = *seen.entry(found.clone()).or_insert(next);
                    match order.get_mut(at) {
                        Some((_, methods)) => methods.push(method),
                        None => order.push((found.clone(), vec![method])),
                    }
                }
            }
            let order: Vec<usize> = order.into_iter().map(|one| all.position(one)).collect();
            let set = order.iter().copied().collect();
            Outcome { order, set }
        });
    }
    let differing: Vec<(&OriginClass, &Outcome)> = classes
        .iter()
        .filter_map(|class| Some((class, by_rules.get(&class.rules)?)))
        .filter(|(_, outcome)| !outcome.order.is_empty())
        .collect();
    // The classes that show each difference, in the order in which the differences are found.
    let mut met: Vec<usize> = Vec::new();
    let mut showing: HashMap<usize, Vec<&OriginClass>> = HashMap::new();
    for (class, outcome) in &differing {
        let wider: Vec<&Outcome> = differing
            .iter()
            .filter(|(wider, _)| contains(wider, class))
            .map(|(_, outcome)| *outcome)
            .collect();
        for one in &outcome.order {
            if wider.iter().any(|outcome| outcome.set.contains(one)) {
                continue;
            }
            showing
                .entry(*one)
                .or_insert_with(|| {
                    met.push(*one);
                    Vec::new()
                })
                .push(class);
        }
    }
    met.into_iter()
        .filter_map(|one| {
            let (found, methods) = all.shown.get(one)?;
            difference(sides, &names, showing.get(&one)?, found, methods)
        })
        .collect()
}

/// Whether the entry of another class matches everything that the entry of this one does, and more.
fn contains(wider: &OriginClass, class: &OriginClass) -> bool {
    wider.single
        && class.single
        && wider.entries != class.entries
        && Pattern::new(&wider.entries).contains(&Pattern::new(&class.entries))
}

/// The differences between the responses to requests whose origin and method these rules allow.
fn found(sides: &Sides<'_>, names: &mut Names, rules: Both) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    if rules.is_empty() {
        return all;
    }
    let plain = rules.first();
    if !sides.same_response(plain) {
        all.push(Found {
            first_rules: plain,
            names: Vec::new(),
        });
    }
    for (index, class) in names.classes.iter().enumerate() {
        let first_rules = rules.and(class.rules).first();
        if first_rules != plain && !sides.same_response(first_rules) {
            all.push(Found {
                first_rules,
                names: vec![index],
            });
        }
    }
    let known: HashSet<FirstRules> = all.iter().map(|found| found.first_rules).collect();
    // Differences that only lists of several names show.
    for before in rules.before.iter().map(Some).chain([None]) {
        for after in rules.after.iter().map(Some).chain([None]) {
            let first_rules = (before, after);
            if !known.contains(&first_rules)
                && !sides.same_response(first_rules)
                && let Some(names) = names.leading_to(first_rules, rules)
            {
                all.push(Found { first_rules, names });
            }
        }
    }
    all
}

/// The difference, with its witness and the responses of the engine to it.
fn difference(
    sides: &Sides<'_>,
    names: &Names,
    origins: &[&OriginClass],
    found: &Found,
    methods: &[usize],
) -> Option<Difference> {
    let methods: Vec<&'static str> = methods
        .iter()
        .filter_map(|method| SUPPORTED_METHODS.get(*method).copied())
        .collect();
    let classes: Vec<_> = found
        .names
        .iter()
        .filter_map(|name| names.classes.get(*name))
        .collect();
    let witness = Witness {
        origin: origins.first()?.origin.clone(),
        method: methods.first()?,
        headers: classes.iter().map(|class| class.name.clone()).collect(),
    };
    let before = witness.response_of(&sides.before);
    let after = witness.response_of(&sides.after);
    let kind = match (&before, &after) {
        (Response::NotAllowed, Response::NotAllowed) => return None,
        (Response::NotAllowed, Response::Headers(_)) => DifferenceKind::Gains,
        (Response::Headers(_), Response::NotAllowed) => DifferenceKind::Loses,
        (Response::Headers(before), Response::Headers(after)) => {
            DifferenceKind::Changes(witness::changes(before, after))
        }
    };
    Some(Difference {
        kind,
        origins: origins.iter().map(|class| class.entries.clone()).collect(),
        methods,
        headers: classes.iter().map(|class| class.entries.clone()).collect(),
        rule_before: found.first_rules.0,
        rule_after: found.first_rules.1,
        witness,
        before,
        after,
    })
}
