//! What changed between two configurations, rule by rule.

use std::collections::HashSet;
use std::fmt;

use s3_cors::{CorsConfiguration, CorsRule};

use crate::quoted::quoted;

/// What happened to one rule. Indexes count from 0, as in the places of errors.
///
/// Its `Display` form is one line of text:
///
/// ```text
/// added CORSRules[1] "uploads": AllowedMethods ["PUT"], AllowedOrigins ["https://app.example"]
/// changed CORSRules[0]: AllowedOrigins + "https://www.example.com" - "https://example.com"
/// moved CORSRules[2] "public" to CORSRules[0]
/// removed CORSRules[3] "old": AllowedMethods ["GET"], AllowedOrigins ["*"]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleChange<'a> {
    /// A new rule.
    Added {
        /// The index after the change.
        index: usize,
        /// The rule.
        rule: &'a CorsRule,
    },
    /// A rule that no longer exists.
    Removed {
        /// The index before the change.
        index: usize,
        /// The rule.
        rule: &'a CorsRule,
    },
    /// A rule with different contents.
    Changed {
        /// The index before the change.
        before_index: usize,
        /// The index after the change.
        index: usize,
        /// Whether the order relative to other rules changed as well.
        moved: bool,
        /// The rule before the change.
        before: &'a CorsRule,
        /// The rule after the change.
        rule: &'a CorsRule,
    },
    /// An unchanged rule that S3 now checks earlier or later than others.
    Moved {
        /// The index before the change.
        before_index: usize,
        /// The index after the change.
        index: usize,
        /// The rule.
        rule: &'a CorsRule,
    },
}

/// What changed between two configurations, rule by rule: first the removed rules, then the others
/// in their new order. `None` stands for no configuration. Empty if the two are equal.
///
/// Rules are paired if they are equal, else if they have the same `ID`, else with the most similar
/// one. S3 uses the first rule that matches, so a change of order is a change as well; the smallest
/// set of rules that explains the new order is reported as moved.
///
/// ```
/// use s3_cors::CorsConfiguration;
/// use s3_cors_analysis::changes::rule_changes;
///
/// let before: CorsConfiguration =
///     r#"[{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}]"#.parse()?;
/// let after: CorsConfiguration = r#"[
///     {"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET", "PUT"]}
/// ]"#.parse()?;
/// let changes = rule_changes(Some(&before), Some(&after));
/// assert_eq!(changes[0].to_string(), r#"changed CORSRules[0]: AllowedMethods + "PUT""#);
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[must_use]
pub fn rule_changes<'a>(
    before: Option<&'a CorsConfiguration>,
    after: Option<&'a CorsConfiguration>,
) -> Vec<RuleChange<'a>> {
    let rules = |config: Option<&'a CorsConfiguration>| -> &'a [CorsRule] {
        config.map_or(&[], |config| &config.cors_rules)
    };
    let (before, after) = (rules(before), rules(after));
    let pairs = pairs(before, after);
    let stayed = longest_increasing(&pairs);
    let mut changes = Vec::new();
    for (index, rule) in before.iter().enumerate() {
        if !pairs.contains(&Some(index)) {
            changes.push(RuleChange::Removed { index, rule });
        }
    }
    for (index, (rule, pair)) in after.iter().zip(&pairs).enumerate() {
        let paired = pair.and_then(|pair| Some((pair, before.get(pair)?)));
        let moved = !stayed.contains(&index);
        changes.push(match paired {
            None => RuleChange::Added { index, rule },
            Some((before_index, before)) if before != rule => RuleChange::Changed {
                before_index,
                index,
                moved,
                before,
                rule,
            },
            Some((before_index, _)) if moved => RuleChange::Moved {
                before_index,
                index,
                rule,
            },
            Some(_) => continue,
        });
    }
    changes
}

/// For each new rule, the old rule that it is paired with.
fn pairs(before: &[CorsRule], after: &[CorsRule]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; after.len()];
    let mut free: Vec<bool> = vec![true; before.len()];
    let mut pair_up = |is_the_same: &dyn Fn(&CorsRule, &CorsRule) -> bool| {
        for (rule, pair) in after.iter().zip(&mut pairs) {
            if pair.is_some() {
                continue;
            }
            let found = before.iter().zip(&mut free).enumerate();
            let found = found
                .filter(|(_, (_, free))| **free)
                .find(|(_, (before, _))| is_the_same(before, rule));
            if let Some((index, (_, free))) = found {
                *free = false;
                *pair = Some(index);
            }
        }
    };
    pair_up(&|before, after| before == after);
    pair_up(&|before, after| before.id.is_some() && before.id == after.id);
    for (index, pair) in most_similar(before, after, &free, &pairs) {
        if let (Some(free), Some(slot @ None)) = (free.get_mut(pair), pairs.get_mut(index))
            && *free
        {
            *free = false;
            *slot = Some(pair);
        }
    }
    pairs
}

/// The pairs of new and old rules that are similar enough to be versions of the same rule, the most
/// similar first.
fn most_similar(
    before: &[CorsRule],
    after: &[CorsRule],
    free: &[bool],
    pairs: &[Option<usize>],
) -> Vec<(usize, usize)> {
    let mut candidates = Vec::new();
    let old: Vec<_> = before.iter().map(parts).collect();
    for (index, (rule, _)) in after
        .iter()
        .zip(pairs)
        .enumerate()
        .filter(|(_, (_, pair))| pair.is_none())
    {
        let new = parts(rule);
        for (pair, (old, _)) in old
            .iter()
            .zip(free)
            .enumerate()
            .filter(|(_, (_, free))| **free)
        {
            let shared = old.intersection(&new).count();
            let all = old.union(&new).count();
            // A rule with one origin and one method keeps a third of its parts when the origin
            // changes. A rule that grows or shrinks keeps all parts of the smaller version.
            if shared * 3 >= all || shared == old.len().min(new.len()) {
                // Integers compare exactly, and the lists have far fewer entries than this factor.
                let likeness = shared * 1_000_000 / all.max(1);
                candidates.push((likeness, index.abs_diff(pair), index, pair));
            }
        }
    }
    candidates.sort_by_key(|&(likeness, distance, index, pair)| {
        (std::cmp::Reverse(likeness), distance, index, pair)
    });
    candidates
        .into_iter()
        .map(|(_, _, index, pair)| (index, pair))
        .collect()
}

fn parts(rule: &CorsRule) -> HashSet<(&'static str, &str)> {
    lists(rule)
        .into_iter()
        .flat_map(|(name, list)| list.iter().map(move |entry| (name, entry.as_str())))
        .collect()
}

/// In the order in which the AWS CLI prints them.
fn lists(rule: &CorsRule) -> [(&'static str, &[String]); 4] {
    [
        ("AllowedHeaders", &rule.allowed_headers),
        ("AllowedMethods", &rule.allowed_methods),
        ("AllowedOrigins", &rule.allowed_origins),
        ("ExposeHeaders", &rule.expose_headers),
    ]
}

/// The positions of a longest increasing subsequence.
fn longest_increasing(numbers: &[Option<usize>]) -> HashSet<usize> {
    // For each position, the length of the longest run that ends there, and the previous position
    // in that run.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        let best = numbers
            .iter()
            .zip(&runs)
            .enumerate()
            .take(index)
            .filter(|(_, (before, _))| before.is_some() && *before < number)
            .map(|(before, (_, run))| (run.0, std::cmp::Reverse(before)))
            .max();
        runs.push(match (number, best) {
            (None, _) => (0, None),
            (Some(_), None) => (1, None),
            (Some(_), Some((length, before))) => (length + 1, Some(before.0)),
        });
    }
    let longest = runs
        .iter()
        .enumerate()
        .filter(|(_, run)| run.0 > 0)
        .max_by_key(|(index, run)| (run.0, std::cmp::Reverse(*index)));
    let mut next = longest.map(|(index, _)| index);
    let mut increasing = HashSet::new();
    while let Some(index) = next {
        increasing.insert(index);
        next = runs.get(index).and_then(|run| run.1);
    }
    increasing
}

impl fmt::Display for RuleChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Added { index, rule } => write!(f, "added {}: {}", At(index, rule), Whole(rule)),
            Self::Removed { index, rule } => {
                write!(f, "removed {}: {}", At(index, rule), Whole(rule))
            }
            Self::Moved {
                before_index,
                index,
                rule,
            } => write!(f, "moved {} to CORSRules[{index}]", At(before_index, rule)),
            Self::Changed {
                before_index,
                index,
                moved,
                before,
                rule,
            } => {
                write!(f, "changed {}", At(index, rule))?;
                if moved {
                    write!(f, ", moved from CORSRules[{before_index}]")?;
                }
                write!(f, ": {}", Between(before, rule))
            }
        }
    }
}

/// Nobody reads more than this in one line.
const MOST_SHOWN: usize = 20;

struct At<'a>(usize, &'a CorsRule);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CORSRules[{}]", self.0)?;
        match &self.1.id {
            Some(id) => write!(f, " {id:?}"),
            None => Ok(()),
        }
    }
}

struct Whole<'a>(&'a CorsRule);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, list) in lists(self.0)
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
        {
            write!(f, "{separator}{name} {}", List(list))?;
            separator = ", ";
        }
        match self.0.max_age_seconds {
            Some(seconds) => write!(f, "{separator}MaxAgeSeconds {seconds}"),
            None => Ok(()),
        }
    }
}

struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        let mut separator = "";
        for entry in self.0.iter().take(MOST_SHOWN) {
            write!(f, "{separator}{}", quoted(entry))?;
            separator = ", ";
        }
        more(f, self.0.len())?;
        f.write_str("]")
    }
}

fn more(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count.saturating_sub(MOST_SHOWN) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// The differences between two versions of a rule.
struct Between<'a>(&'a CorsRule, &'a CorsRule);

impl fmt::Display for Between<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(before, after) = *self;
        let mut separator = "";
        if before.id != after.id {
            write!(
                f,
                "ID {} -> {}",
                Maybe(before.id.as_ref()),
                Maybe(after.id.as_ref())
            )?;
            separator = "; ";
        }
        for ((name, before), (_, after)) in lists(before).into_iter().zip(lists(after)) {
            if before == after {
                continue;
            }
            write!(f, "{separator}{name}")?;
            separator = "; ";
            let added = missing_from(before, after);
            let removed = missing_from(after, before);
            if added.is_empty() && removed.is_empty() {
                // Order and duplicates are visible in responses.
                write!(f, " {} -> {}", List(before), List(after))?;
            }
            for (sign, entries) in [('+', added), ('-', removed)] {
                for entry in entries.iter().take(MOST_SHOWN) {
                    write!(f, " {sign} {}", quoted(entry))?;
                }
                more(f, entries.len())?;
            }
        }
        let (before, after) = (before.max_age_seconds, after.max_age_seconds);
        if before != after {
            let (before, after) = (Maybe(before.as_ref()), Maybe(after.as_ref()));
            write!(f, "{separator}MaxAgeSeconds {before} -> {after}")?;
        }
        Ok(())
    }
}

/// The `entries` that `list` does not have.
fn missing_from<'a>(list: &[String], entries: &'a [String]) -> Vec<&'a String> {
    let list: HashSet<&String> = list.iter().collect();
    entries
        .iter()
        .filter(|entry| !list.contains(entry))
        .collect()
}

struct Maybe<'a, T>(Option<&'a T>);

impl<T: fmt::Debug> fmt::Display for Maybe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "{value:?}"),
            None => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests;
