//! Which classes of requests get different responses.

use std::collections::HashMap;

use s3_cors::limits::SUPPORTED_METHODS;

use super::budget::{Budget, KEPT, MOST_BYTES, MOST_DIFFERENCES};
use super::names::{NameClass, Names};
use super::origins::{self, OriginClass};
use super::sides::{Both, FirstRules, Sides};
use super::witness::{self, Witness};
use super::{Comparison, Difference, DifferenceKind, Response};

/// Two rules that respond differently to the same request, and the names that the request asks for,
/// by position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Found {
    first_rules: FirstRules,
    names: Vec<usize>,
}

/// A difference, and the methods that show it, by position.
type Shown = (Found, Vec<usize>);

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

pub(super) fn compare(sides: &Sides<'_>) -> Comparison {
    let mut budget = Budget::new();
    let differences = differences(sides, &mut budget);
    match (budget.has_stopped(), differences.is_empty()) {
        (true, _) => Comparison::AtLeast(differences),
        (false, true) => Comparison::Equivalent,
        (false, false) => Comparison::Different(differences),
    }
}

fn differences(sides: &Sides<'_>, budget: &mut Budget) -> Vec<Difference> {
    let mut names = Names::new(sides, budget);
    let methods = sides.allowing_each_method();
    let classes = origins::classes(sides, budget);
    let mut known: HashMap<Both, Vec<Found>> = HashMap::new();
    let mut by_rules: HashMap<Both, Vec<usize>> = HashMap::new();
    let mut all = All::default();
    // What shows a difference, in the order in which the differences are first met.
    let mut met: Vec<usize> = Vec::new();
    let mut showing: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, class) in classes.iter().enumerate() {
        let shown = by_rules.entry(class.rules).or_insert_with(|| {
            let mut order: Vec<Shown> = Vec::new();
            let mut seen: HashMap<Found, usize> = HashMap::new();
            for (method, allowing) in methods.iter().enumerate() {
                let rules = class.rules.and(*allowing);
                let found = known
                    .entry(rules)
                    .or_insert_with(|| found(sides, &mut names, rules, budget));
                if !budget.spend(KEPT * found.len()) {
                    break;
                }
                for found in found.iter() {
                    let next = order.len();
                    let at = *seen.entry(found.clone()).or_insert(next);
                    match order.get_mut(at) {
                        Some((_, methods)) => methods.push(method),
                        None => order.push((found.clone(), vec![method])),
                    }
                }
            }
            order.into_iter().map(|one| all.position(one)).collect()
        });
        if !budget.spend(10 * (1 + shown.len())) {
            break;
        }
        for one in shown.iter() {
            let showing = showing.entry(*one).or_default();
            if showing.is_empty() {
                met.push(*one);
            }
            showing.push(index);
        }
    }
    // What only a narrower class has met so far belongs where the widest is.
    let mut widest_first: Vec<(usize, Vec<usize>)> = met
        .into_iter()
        .filter_map(|one| Some((one, widest(&classes, showing.get(&one)?, budget))))
        .collect();
    widest_first.sort_by_key(|(_, kept)| kept.first().copied());
    let shown = widest_first.into_iter().filter_map(|(one, kept)| {
        let kept = kept.into_iter().filter_map(|index| classes.get(index));
        Some((all.shown.get(one)?, kept.collect()))
    });
    described(sides, &names, shown, budget)
}

/// The differences with their witnesses, as far as there is room.
fn described<'a>(
    sides: &Sides<'_>,
    names: &Names,
    shown: impl Iterator<Item = (&'a Shown, Vec<&'a OriginClass<'a>>)>,
    budget: &mut Budget,
) -> Vec<Difference> {
    let mut described: Vec<Difference> = Vec::new();
    let mut bytes = 0;
    for ((found, methods), classes) in shown {
        let Some(difference) = difference(sides, names, &classes, found, methods) else {
            continue;
        };
        bytes += size(&difference);
        if described.len() == MOST_DIFFERENCES || (bytes > MOST_BYTES && !described.is_empty()) {
            budget.stop();
            break;
        }
        described.push(difference);
    }
    described
}

/// Those of some classes that no other contains, each name once.
fn widest(classes: &[OriginClass<'_>], some: &[usize], budget: &mut Budget) -> Vec<usize> {
    let class = |index: &usize| classes.get(*index);
    let mut kept = some.to_vec();
    kept.dedup_by(|one, other| {
        let both = class(one).zip(class(other));
        both.is_some_and(|(one, other)| one.is_named_as(other))
    });
    // To name more than the widest is not wrong.
    if !budget.affords(kept.len() * kept.len() / 2) {
        return kept;
    }
    let all: Vec<&OriginClass<'_>> = kept.iter().filter_map(class).collect();
    kept.retain(|index| {
        class(index).is_some_and(|class| !all.iter().any(|wider| class.is_within(wider)))
    });
    kept
}

/// The different responses that a request can get that these rules allow by origin and method.
fn found(sides: &Sides<'_>, names: &mut Names, rules: Both, budget: &mut Budget) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    if rules.is_empty() || !budget.spend(10 * (1 + names.classes.len())) {
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
            if !budget.spend(KEPT) {
                return all;
            }
            all.push(Found {
                first_rules,
                names: vec![index],
            });
        }
    }
    // What only longer lists of names show.
    let mut known: Vec<FirstRules> = all.iter().map(|found| found.first_rules).collect();
    known.sort_unstable();
    let (before, after) = names.possible(rules);
    let or_none = |rules: Vec<usize>| rules.into_iter().map(Some).chain([None]);
    for before in or_none(before) {
        for after in or_none(after.clone()) {
            if !budget.spend(10) {
                return all;
            }
            let first_rules = (before, after);
            if known.binary_search(&first_rules).is_err()
                && !sides.same_response(first_rules)
                && let Some(names) = names.leading_to(first_rules, rules, budget)
            {
                if !budget.spend(KEPT) {
                    return all;
                }
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
    origins: &[&OriginClass<'_>],
    found: &Found,
    methods: &[usize],
) -> Option<Difference> {
    let methods: Vec<&'static str> = methods
        .iter()
        .filter_map(|method| SUPPORTED_METHODS.get(*method).copied())
        .collect();
    let classes: Vec<&NameClass> = found
        .names
        .iter()
        .filter_map(|name| names.classes.get(*name))
        .collect();
    let witness = Witness {
        origin: origins.first()?.origin.clone(),
        method: methods.first()?,
        headers: classes.iter().map(|class| class.name.clone()).collect(),
    };
    let before = witness.response_of(&sides.before.policy);
    let after = witness.response_of(&sides.after.policy);
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
        origins: origins.iter().map(|class| class.entries()).collect(),
        methods,
        headers: classes.iter().map(|class| class.entries.clone()).collect(),
        rule_before: found.first_rules.0.map(|rule| sides.before.position(rule)),
        rule_after: found.first_rules.1.map(|rule| sides.after.position(rule)),
        witness,
        before,
        after,
    })
}

/// The bytes that a difference takes, roughly.
fn size(difference: &Difference) -> usize {
    let texts = difference.headers.iter().flatten();
    let texts: usize = texts.chain(&difference.origins).map(|t| t.len() + 32).sum();
    let of_response = |response: &Response| match response {
        Response::NotAllowed => 0,
        Response::Headers(lines) => lines.iter().map(|(_, value)| value.len() + 64).sum(),
    };
    let responses: usize = of_response(&difference.before) + of_response(&difference.after);
    // Changed values are told twice.
    texts + 2 * responses + difference.witness.origin.len() + 500
}
