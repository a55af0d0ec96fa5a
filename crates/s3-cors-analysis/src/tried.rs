//! The rules that decide: the bucket's, then the app's own.

use std::borrow::Cow;
use std::fmt;

use s3_cors::limits::{APP_METHODS, SUPPORTED_METHODS};
use s3_cors::{AppRules, ConfigError, CorsConfiguration, CorsPolicy, CorsRule, Pattern, RuleSet};

use crate::pattern;

/// A rule: the list that it is in, and its position there, counted from 0.
///
/// The order is that in which rules are tried: all of the bucket's come before the
/// [app's own](s3_cors::AppRules). Its `Display` form is the rule's name.
///
/// ```
/// use s3_cors_analysis::RulePosition;
///
/// assert_eq!(RulePosition::Bucket(1).to_string(), "CORSRules[1]");
/// assert_eq!(RulePosition::App(0).to_string(), "the app's CORSRules[0]");
/// assert!(RulePosition::Bucket(1) < RulePosition::App(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RulePosition {
    /// A rule of the bucket's configuration.
    Bucket(usize),
    /// One of the app's own rules.
    App(usize),
}

impl RulePosition {
    /// The position in its list.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Bucket(index) | Self::App(index) => index,
        }
    }

    /// Whether it is one of the app's own rules.
    #[must_use]
    pub const fn is_app(self) -> bool {
        matches!(self, Self::App(_))
    }
}

impl fmt::Display for RulePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket(index) => write!(f, "CORSRules[{index}]"),
            Self::App(index) => write!(f, "the app's CORSRules[{index}]"),
        }
    }
}

/// Both lists, one after the other, and the policy that they make.
#[derive(Debug)]
pub(crate) struct Tried<'c> {
    pub(crate) rules: Cow<'c, [CorsRule]>,
    pub(crate) policy: CorsPolicy,
    /// The methods that a rule can allow.
    pub(crate) methods: &'static [&'static str],
    of_bucket: usize,
}

impl<'c> Tried<'c> {
    pub(crate) fn new(
        configuration: Option<&'c CorsConfiguration>,
        app: &AppRules,
    ) -> Result<Self, ConfigError> {
        let policy = CorsPolicy::with_app_rules(configuration, app)?;
        let of_bucket = configuration.map_or(&[][..], |configuration| &configuration.cors_rules);
        let (rules, methods) = match app.rules() {
            [] => (Cow::Borrowed(of_bucket), &SUPPORTED_METHODS[..]),
            of_app => (Cow::Owned([of_bucket, of_app].concat()), &APP_METHODS[..]),
        };
        Ok(Self {
            rules,
            policy,
            methods,
            of_bucket: of_bucket.len(),
        })
    }

    /// The rule at a position in both lists.
    pub(crate) fn position(&self, index: usize) -> RulePosition {
        match index.checked_sub(self.of_bucket) {
            Some(of_app) => RulePosition::App(of_app),
            None => RulePosition::Bucket(index),
        }
    }
}

/// For each rule of a policy, the rules that allow every list of headers that it allows.
///
/// Each header can only rule out rules, so it is enough to look at all headers that a rule allows.
pub(crate) fn as_generous(policy: &CorsPolicy, rules: &[CorsRule]) -> Vec<RuleSet> {
    let entries = |rule: &CorsRule| -> Vec<String> {
        let entries = rule
            .allowed_headers
            .iter()
            .map(|entry| entry.to_ascii_lowercase());
        entries
            .filter(|entry| pattern::can_be_name(entry))
            .collect()
    };
    let entries: Vec<Vec<String>> = rules.iter().map(entries).collect();
    let classes = pattern::of_headers(entries.iter().flatten().map(String::as_str));
    let allowing = |entries: &Vec<String>| {
        entries.iter().fold(policy.all_rules(), |rules, entry| {
            rules & policy.rules_allowing_header(&classes.typical(&Pattern::new(entry)))
        })
    };
    entries.iter().map(allowing).collect()
}
