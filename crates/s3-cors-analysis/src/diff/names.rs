//! Header names that represent all others, and lists of names that rule out some rules but not
//! others.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::sides::{Both, FirstRules, Sides, crossing};
use s3_cors::{CorsRule, Pattern, RuleSet};

use crate::pattern;

/// A class of names.
#[derive(Debug)]
pub(super) struct NameClass {
    pub(super) name: Vec<u8>,
    /// The entries that match names of the class. Two entries joined by ` and ` stand for the names
    /// that match both.
    pub(super) entries: Vec<String>,
    /// The rules that allow these names.
    pub(super) rules: Both,
}

#[derive(Debug)]
pub(super) struct Names {
    pub(super) classes: Vec<NameClass>,
    all: Both,
    /// The rules that allow all the names that these two rules allow.
    left: HashMap<FirstRules, Both>,
}

impl Names {
    pub(super) fn new(sides: &Sides<'_>) -> Self {
        let before = entries(sides.rules_before);
        let after = entries(sides.rules_after);
        let (before, after) = (as_strs(&before), as_strs(&after));
        let known = pattern::of_headers(before.iter().chain(&after).copied());
        let mut by_rules: HashMap<Both, usize> = HashMap::new();
        let mut classes: Vec<NameClass> = Vec::new();
        let mut add = |name: Vec<u8>, entry: String, single: bool| {
            let rules = sides.allowing_name(&name);
            let new = classes.len();
            let index = *by_rules.entry(rules).or_insert(new);
            match classes.get_mut(index) {
                Some(class) if single => class.entries.push(entry),
                Some(_) => {}
                None => classes.push(NameClass {
                    name,
                    entries: vec![entry],
                    rules,
                }),
            }
        };
        let mut seen = HashSet::new();
        for &entry in before.iter().chain(&after) {
            if seen.insert(entry) {
                add(known.typical(&Pattern::new(entry)), entry.to_owned(), true);
            }
        }
        for (one, other) in crossing(&before, &after) {
            for name in known.common(&Pattern::new(one), &Pattern::new(other)) {
                add(name, format!("{one} and {other}"), false);
            }
        }
        Self {
            classes,
            all: sides.all(),
            left: HashMap::new(),
        }
    }

    /// A short list of names, by position, for which the wanted rules are the first of the given
    /// rules that allow all of them; `None` if there is no such list.
    ///
    /// Each additional name can only rule out rules. So if any list works, the list of all names
    /// that both rules allow works.
    pub(super) fn leading_to(&mut self, wanted: FirstRules, from: Both) -> Option<Vec<usize>> {
        let allowed = |class: &&NameClass| class.rules.holds(wanted);
        let all = self.all;
        let classes = &self.classes;
        let left = *self.left.entry(wanted).or_insert_with(|| {
            let allowed = classes.iter().filter(allowed);
            allowed.fold(all, |left, class| left.and(class.rules))
        });
        if from.and(left).first() != wanted {
            return None;
        }
        let mut chosen = Vec::new();
        let mut rest = from;
        while rest.first() != wanted {
            let useful = self
                .classes
                .iter()
                .enumerate()
                .filter(|(_, class)| allowed(class));
            let (best, class) =
                useful.min_by_key(|(_, class)| in_the_way(rest.and(class.rules), wanted))?;
            if rest.and(class.rules) == rest {
                return None;
            }
            rest = rest.and(class.rules);
            chosen.push(best);
        }
        // Names that were chosen first may no longer be needed.
        for index in (0..chosen.len()).rev() {
            let others = chosen
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            let left = others.fold(from, |left, (_, &class)| {
                let class = self.classes.get(class);
                class.map_or(left, |class| left.and(class.rules))
            });
            if left.first() == wanted {
                chosen.remove(index);
            }
        }
        Some(chosen)
    }
}

/// The number of rules before the wanted ones.
fn in_the_way(left: Both, (before, after): FirstRules) -> usize {
    let count = |set: RuleSet, wanted: Option<usize>| match wanted {
        Some(rule) => (set & RuleSet::before(rule)).len(),
        None => set.len(),
    };
    count(left.before, before) + count(left.after, after)
}

/// The entries that can match a name, in lower case, without duplicates.
fn entries(rules: &[CorsRule]) -> BTreeSet<String> {
    let all = rules.iter().flat_map(|rule| &rule.allowed_headers);
    all.map(|entry| entry.to_ascii_lowercase())
        .filter(|entry| pattern::can_be_name(entry))
        .collect()
}

fn as_strs(entries: &BTreeSet<String>) -> Vec<&str> {
    entries.iter().map(String::as_str).collect()
}
