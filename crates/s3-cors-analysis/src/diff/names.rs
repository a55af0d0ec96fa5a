//! Header names that represent all others, and lists of names that rule out some rules but not
//! others.

use std::collections::HashMap;

use s3_cors::{CorsRule, Pattern, RuleSet};

use super::budget::Budget;
use super::entries::{Entry, Wanted, crossing, listed};
use super::sides::{Both, FirstRules, Sides};
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
    /// For each rule, the earlier rules of its side that allow every name that it allows. While one
    /// of them is left, the rule is not used.
    ahead_before: Vec<RuleSet>,
    ahead_after: Vec<RuleSet>,
}

impl Names {
    pub(super) fn new(sides: &Sides<'_>, budget: &mut Budget) -> Self {
        let before = in_lower_case(&sides.before.rules);
        let after = in_lower_case(&sides.after.rules);
        let listed = sorted(&before, &after);
        let known = pattern::of_headers(listed.iter().map(|(entry, _)| *entry));
        let entries: Vec<Entry<'_>> = listed
            .into_iter()
            .map(|(text, listed)| {
                let value = known.typical(&Pattern::new(text));
                let rules = sides.allowing_name(&value);
                Entry {
                    text,
                    listed,
                    value,
                    rules,
                }
            })
            .collect();
        let mut by_rules: HashMap<Both, usize> = HashMap::new();
        let mut classes: Vec<NameClass> = Vec::new();
        let mut add = |name: Vec<u8>, entry: String, rules: Both| {
            let new = classes.len();
            let index = *by_rules.entry(rules).or_insert(new);
            match classes.get_mut(index) {
                Some(class) if class.entries.last() == Some(&entry) => {}
                Some(class) => class.entries.push(entry),
                None => classes.push(NameClass {
                    name,
                    entries: vec![entry],
                    rules,
                }),
            }
        };
        for entry in &entries {
            add(entry.value.clone(), entry.text.to_owned(), entry.rules);
        }
        'pairs: for (one, other) in crossing(&entries, &wanted(sides), budget) {
            let (pattern, other_pattern) = (Pattern::new(one.text), Pattern::new(other.text));
            for name in known.common(&pattern, &other_pattern) {
                if !budget.spend(100 + name.len() + one.text.len() + other.text.len()) {
                    break 'pairs;
                }
                let rules = sides.allowing_name(&name);
                add(name, format!("{} and {}", one.text, other.text), rules);
            }
        }
        let all = sides.all();
        let ahead = |side: fn(&Both) -> RuleSet, rule: usize| {
            let allowed = classes
                .iter()
                .filter(|class| side(&class.rules).contains(rule));
            let all = RuleSet::before(rule) & side(&all);
            allowed.fold(all, |ahead, class| ahead & side(&class.rules))
        };
        let ahead_before = |rule| ahead(|both| both.before, rule);
        let ahead_after = |rule| ahead(|both| both.after, rule);
        Self {
            ahead_before: (0..sides.before.rules.len()).map(ahead_before).collect(),
            ahead_after: (0..sides.after.rules.len()).map(ahead_after).collect(),
            classes,
            all,
            left: HashMap::new(),
        }
    }

    /// The rules of each side that can be the first of the given rules, whatever names are
    /// requested.
    pub(super) fn possible(&self, from: Both) -> (Vec<usize>, Vec<usize>) {
        let possible = |from: RuleSet, ahead: &[RuleSet]| {
            let free = |rule: &usize| ahead.get(*rule).is_none_or(|a| (*a & from).is_empty());
            from.iter().filter(free).collect()
        };
        (
            possible(from.before, &self.ahead_before),
            possible(from.after, &self.ahead_after),
        )
    }

    /// A short list of names, by position, for which the wanted rules are the first of the given
    /// rules that allow all of them; `None` if there is no such list, or the budget is spent.
    ///
    /// Each additional name can only rule out rules. So if any list works, the list of all names
    /// that both rules allow works.
    pub(super) fn leading_to(
        &mut self,
        wanted: FirstRules,
        from: Both,
        budget: &mut Budget,
    ) -> Option<Vec<usize>> {
        let allowed = |class: &&NameClass| class.rules.holds(wanted);
        let classes = &self.classes;
        let left = match self.left.get(&wanted) {
            Some(left) => *left,
            None => {
                if !budget.spend(classes.len()) {
                    return None;
                }
                let allowed = classes.iter().filter(allowed);
                let left = allowed.fold(self.all, |left, class| left.and(class.rules));
                self.left.insert(wanted, left);
                left
            }
        };
        if from.and(left).first() != wanted {
            return None;
        }
        let mut chosen = Vec::new();
        let mut rest = from;
        while rest.first() != wanted {
            if !budget.spend(10 * classes.len()) {
                return None;
            }
            let useful = classes.iter().enumerate();
            let (best, class) = useful
                .filter(|(_, class)| allowed(class))
                .min_by_key(|(_, class)| in_the_way(rest.and(class.rules), wanted))?;
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
                let class = classes.get(class);
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

/// Names tell two rules apart only if an earlier rule comes before them.
fn wanted(sides: &Sides<'_>) -> Wanted {
    let mut wanted = sides.wanted();
    if let Some(first) = wanted.first_mut() {
        *first = first.iter().filter(|rule| *rule > 0).collect();
    }
    wanted
}

/// Each rule with nothing but its header names, in lower case, those that can match a name.
fn in_lower_case(rules: &[CorsRule]) -> Vec<CorsRule> {
    let of_rule = |rule: &CorsRule| {
        let names = rule.allowed_headers.iter();
        let names = names.map(|entry| entry.to_ascii_lowercase());
        CorsRule::default().allowed_headers(names.filter(|entry| pattern::can_be_name(entry)))
    };
    rules.iter().map(of_rule).collect()
}

/// Those of the first side in order, then those that only the second has.
fn sorted<'e>(before: &'e [CorsRule], after: &'e [CorsRule]) -> Vec<(&'e str, Both)> {
    fn names(rule: &CorsRule) -> &[String] {
        &rule.allowed_headers
    }
    let mut listed = listed(before, after, names);
    listed.sort_by_key(|(entry, rules)| (rules.before.is_empty(), *entry));
    listed
}
