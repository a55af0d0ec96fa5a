//! The smallest change to a configuration that allows a request.

use std::fmt;

use super::never_sent::NeverSent;
use super::outcome::Outcome;
use super::question::Question;
use super::verdict::{HeadersVerdict, MethodVerdict, OriginVerdict, RuleVerdict, missing_names};
use s3_cors::limits::{MAX_RULES, SUPPORTED_METHODS};
use s3_cors::{CorsConfiguration, CorsPolicy, CorsRule, Place};

use crate::tried::RulePosition;

/// What would allow a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Nothing is needed.
    None,
    /// This change to the configuration.
    Change(Suggestion),
    /// No exact value that can be added to the configuration would help; the request itself must
    /// change.
    Impossible(Impossible),
}

/// A change to a configuration that allows a request. It adds exact values only, never a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The changes, at least one.
    pub changes: Vec<Change>,
    /// What else the change allows.
    pub cautions: Vec<Caution>,
}

/// A single change to a configuration. Its `Display` form is an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Add an origin.
    AddOrigin {
        /// The rule, counted from 0.
        rule: usize,
        /// The origin.
        origin: String,
    },
    /// Add a method.
    AddMethod {
        /// The rule, counted from 0.
        rule: usize,
        /// The method.
        method: &'static str,
    },
    /// Add an allowed header.
    AddHeader {
        /// The rule, counted from 0.
        rule: usize,
        /// The header's name.
        name: String,
    },
    /// Add a rule at the end.
    AddRule {
        /// The rule.
        rule: CorsRule,
    },
    /// Create a configuration with one rule, because there is none.
    CreateConfiguration {
        /// The rule.
        rule: CorsRule,
    },
}

/// What a [`Suggestion`] allows besides the request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caution {
    /// `null` is not the origin of one page: every sandboxed frame and every local file has it, and
    /// anybody can create one.
    NullOrigin,
    /// The origin also gets everything else that the rule allows.
    MoreForOrigin {
        /// The rule, counted from 0.
        rule: usize,
        /// The rule's other methods.
        methods: Vec<String>,
    },
    /// The other origins of the rule also get the new method or header.
    MoreForOthers {
        /// The rule, counted from 0.
        rule: usize,
    },
}

/// Why no exact value in a configuration can allow a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Impossible {
    /// The request has no `Origin`, or an empty one.
    NoOrigin,
    /// It has several `Origin` lines; a browser sends one.
    MultipleOrigins,
    /// The origin is not UTF-8, or has characters that no configuration can contain.
    OriginNotText,
    /// The origin contains a `*`, which would be a wildcard in the configuration.
    WildcardInOrigin,
    /// No browser sends this origin, so no entry for it would have an effect on any page.
    OriginNeverSent(NeverSent),
    /// An `OPTIONS` without `Access-Control-Request-Method` is not a preflight.
    NoRequestedMethod,
    /// No rule can allow this method.
    UnsupportedMethod {
        /// The method.
        method: Vec<u8>,
        /// The method in upper case, if S3 supports that.
        meant: Option<&'static str>,
    },
    /// A requested header name is not UTF-8, or has characters that no configuration can contain.
    HeaderNotText {
        /// The name.
        name: Vec<u8>,
    },
    /// A requested header name contains a `*`, which would be a wildcard in the configuration.
    WildcardInHeader {
        /// The name.
        name: String,
    },
    /// No browser asks for this header: it is not a header name, or scripts cannot set the header.
    HeaderNeverRequested {
        /// The name.
        name: String,
    },
    /// The change would exceed a limit of S3: 64 KB, or 100 rules if only a new rule could help.
    Full,
}

impl Suggestion {
    /// Applies the changes to a configuration. Changes to rules that it does not have are skipped.
    ///
    /// ```
    /// use s3_cors_analysis::explain::{Advice, explain};
    /// use s3_cors::{RequestParts};
    ///
    /// let headers: &[(&str, &[u8])] = &[("Origin", b"https://example.com")];
    /// let request = RequestParts::new("GET", headers);
    /// let Advice::Change(suggestion) = explain(None, &request)?.advice else { unreachable!() };
    /// let created = suggestion.apply(None);
    /// assert_eq!(created.cors_rules[0].allowed_origins, ["https://example.com"]);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn apply(&self, configuration: Option<&CorsConfiguration>) -> CorsConfiguration {
        let mut changed = configuration.cloned().unwrap_or_default();
        for change in &self.changes {
            change.make(&mut changed.cors_rules);
        }
        changed
    }

    fn of(
        configuration: Option<&CorsConfiguration>,
        question: &Question,
        changes: Vec<Change>,
    ) -> Self {
        let mut cautions = Vec::new();
        for change in &changes {
            let caution = change.caution(configuration, question);
            cautions.extend(caution.filter(|caution| !cautions.contains(caution)));
        }
        let null = |change: &Change| match change {
            Change::AddOrigin { origin, .. } => origin == "null",
            Change::AddRule { rule } | Change::CreateConfiguration { rule } => {
                rule.allowed_origins.iter().any(|origin| origin == "null")
            }
            _ => false,
        };
        if changes.iter().any(null) {
            cautions.insert(0, Caution::NullOrigin);
        }
        Self { changes, cautions }
    }
}

impl Change {
    /// The list to change; the document if the change adds a rule or a configuration.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::AddOrigin { rule, .. } => Place::of_member(*rule, "AllowedOrigins"),
            Self::AddMethod { rule, .. } => Place::of_member(*rule, "AllowedMethods"),
            Self::AddHeader { rule, .. } => Place::of_member(*rule, "AllowedHeaders"),
            Self::AddRule { .. } | Self::CreateConfiguration { .. } => Place::document(),
        }
    }

    fn make(&self, rules: &mut Vec<CorsRule>) {
        let (index, entry) = match self {
            Self::AddOrigin { rule, origin } => (*rule, origin.as_str()),
            Self::AddMethod { rule, method } => (*rule, *method),
            Self::AddHeader { rule, name } => (*rule, name.as_str()),
            Self::AddRule { rule } | Self::CreateConfiguration { rule } => {
                return rules.push(rule.clone());
            }
        };
        let Some(rule) = rules.get_mut(index) else {
            return;
        };
        let list = match self {
            Self::AddOrigin { .. } => &mut rule.allowed_origins,
            Self::AddMethod { .. } => &mut rule.allowed_methods,
            _ => &mut rule.allowed_headers,
        };
        list.push(entry.to_owned());
    }

    fn caution(
        &self,
        configuration: Option<&CorsConfiguration>,
        question: &Question,
    ) -> Option<Caution> {
        let rule_at = |index: usize| configuration?.cors_rules.get(index);
        match self {
            Self::AddOrigin { rule, .. } => {
                let at = rule_at(*rule)?;
                let mut methods = at.allowed_methods.clone();
                methods.retain(|method| Some(method.as_str()) != question.method);
                let is_asked = |entry: &String| {
                    let mut names = question.names.iter();
                    names.any(|name| name.eq_ignore_ascii_case(entry.as_bytes()))
                };
                let more_headers = !at.allowed_headers.iter().all(is_asked);
                (more_headers || !methods.is_empty()).then_some(Caution::MoreForOrigin {
                    rule: *rule,
                    methods,
                })
            }
            Self::AddMethod { rule, .. } | Self::AddHeader { rule, .. } => {
                let others = |entry: &String| entry.as_bytes() != question.origin;
                let more = rule_at(*rule)?.allowed_origins.iter().any(others);
                more.then_some(Caution::MoreForOthers { rule: *rule })
            }
            Self::AddRule { .. } | Self::CreateConfiguration { .. } => None,
        }
    }
}

/// The smallest change, and a separate rule if that is a different change.
pub(super) fn advice(
    configuration: Option<&CorsConfiguration>,
    policy: &CorsPolicy,
    question: Option<&Question>,
    rules: &[RuleVerdict],
    outcome: &Outcome,
) -> (Advice, Option<Suggestion>) {
    if outcome.is_allowed() || *outcome == Outcome::NotCors {
        return (Advice::None, None);
    }
    let Some(question) = question else {
        return (Advice::Impossible(Impossible::NoOrigin), None);
    };
    let Some(method) = question.method else {
        return (Advice::Impossible(unsupported(question)), None);
    };
    // Whatever rule lacks what: an entry for this origin would have no effect on any page.
    if let Err(reason) = exact_origin(question) {
        return (Advice::Impossible(reason), None);
    }
    let tried = |changes: Vec<Change>| {
        let suggestion = Suggestion::of(configuration, question, changes);
        match suggestion.apply(configuration).check() {
            Ok(()) => Ok(suggestion),
            Err(_) => Err(Impossible::Full),
        }
    };
    let own = own_rule(configuration, question, method).and_then(|change| tried(vec![change]));

    let verdicts = rules.iter().filter_map(|verdict| match verdict.rule {
        RulePosition::Bucket(rule) => missing(verdict, rule, policy, question, method).ok(),
        RulePosition::App(_) => None,
    });
    let mut ways: Vec<Vec<Change>> = verdicts.collect();
    // Stable: among ways with the same number of entries, the one for the first rule comes first.
    ways.sort_by_key(Vec::len);
    match ways.into_iter().find_map(|way| tried(way).ok()) {
        Some(smallest) => (Advice::Change(smallest), own.ok()),
        None => match own {
            Ok(own) => (Advice::Change(own), None),
            Err(reason) => (Advice::Impossible(reason), None),
        },
    }
}

/// What a rule lacks to allow the request, if all of it can be added as exact values.
fn missing(
    verdict: &RuleVerdict,
    rule: usize,
    policy: &CorsPolicy,
    question: &Question,
    method: &'static str,
) -> Result<Vec<Change>, Impossible> {
    let mut changes = Vec::new();
    if let OriginVerdict::NotAllowed { .. } = verdict.origin {
        let origin = exact_origin(question)?;
        changes.push(Change::AddOrigin { rule, origin });
    }
    if let MethodVerdict::NotAllowed { .. } = verdict.method {
        changes.push(Change::AddMethod { rule, method });
    }
    if let HeadersVerdict::NotAllowed { .. } = verdict.headers {
        for name in missing_names(policy, rule, question) {
            let name = exact_name(name)?;
            changes.push(Change::AddHeader { rule, name });
        }
    }
    Ok(changes)
}

fn own_rule(
    configuration: Option<&CorsConfiguration>,
    question: &Question,
    method: &'static str,
) -> Result<Change, Impossible> {
    let names = question.names.iter().map(|name| exact_name(name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let rule = CorsRule::new([exact_origin(question)?], [method]).allowed_headers(names);
    match configuration {
        None => Ok(Change::CreateConfiguration { rule }),
        Some(configuration) if configuration.cors_rules.len() >= MAX_RULES => Err(Impossible::Full),
        Some(_) => Ok(Change::AddRule { rule }),
    }
}

fn exact_origin(question: &Question) -> Result<String, Impossible> {
    if question.several_origins {
        return Err(Impossible::MultipleOrigins);
    }
    let origin = text(&question.origin).ok_or(Impossible::OriginNotText)?;
    if origin.contains('*') {
        return Err(Impossible::WildcardInOrigin);
    }
    match NeverSent::of(&origin) {
        Some(never_sent) => Err(Impossible::OriginNeverSent(never_sent)),
        None => Ok(origin),
    }
}

fn exact_name(name: &[u8]) -> Result<String, Impossible> {
    let Some(name) = text(name) else {
        return Err(Impossible::HeaderNotText {
            name: name.to_vec(),
        });
    };
    if name.contains('*') {
        return Err(Impossible::WildcardInHeader { name });
    }
    let forbidden = cors_fetch::is_forbidden_header(&name.to_ascii_lowercase());
    if forbidden || !cors_fetch::is_token(&name) {
        return Err(Impossible::HeaderNeverRequested { name });
    }
    Ok(name)
}

/// The value as text, if a configuration can contain it.
fn text(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    (text.chars().all(s3_cors::is_xml_character)).then(|| text.to_owned())
}

fn unsupported(question: &Question) -> Impossible {
    if question.is_options && !question.requests_method {
        return Impossible::NoRequestedMethod;
    }
    let meant = SUPPORTED_METHODS.into_iter().find(|method| {
        method
            .as_bytes()
            .eq_ignore_ascii_case(&question.method_text)
    });
    Impossible::UnsupportedMethod {
        method: question.method_text.clone(),
        meant,
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        match self {
            Self::AddOrigin { origin, .. } => write!(f, "add {origin:?} to {place}"),
            Self::AddMethod { method, .. } => write!(f, "add {method:?} to {place}"),
            Self::AddHeader { name, .. } => write!(f, "add {name:?} to {place}"),
            Self::AddRule { rule } => write!(f, "add a rule at the end: {}", in_words(rule)),
            Self::CreateConfiguration { rule } => {
                write!(
                    f,
                    "create a CORS configuration with the rule {}",
                    in_words(rule)
                )
            }
        }
    }
}

fn in_words(rule: &CorsRule) -> String {
    let mut words = format!(
        "AllowedOrigins {:?}, AllowedMethods {:?}",
        rule.allowed_origins, rule.allowed_methods
    );
    if !rule.allowed_headers.is_empty() {
        words += &format!(", AllowedHeaders {:?}", rule.allowed_headers);
    }
    words
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NullOrigin => f.write_str(
                "\"null\" allows every sandboxed frame and local file, and anybody can create \
                 one; serve the page from a real origin instead",
            ),
            Self::MoreForOrigin { rule, methods } if methods.is_empty() => {
                write!(
                    f,
                    "the origin also gets all AllowedHeaders of CORSRules[{rule}]"
                )
            }
            Self::MoreForOrigin { rule, methods } => write!(
                f,
                "the origin also gets everything else in CORSRules[{rule}], including {}",
                methods.join(", ")
            ),
            Self::MoreForOthers { rule } => {
                write!(f, "all other origins of CORSRules[{rule}] get it as well")
            }
        }
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOrigin => f.write_str(
                "S3 refuses every OPTIONS request without an Origin header; browsers send it, \
                 other clients must add it",
            ),
            Self::MultipleOrigins => {
                f.write_str("the request has several Origin headers; a browser sends one")
            }
            Self::OriginNotText => {
                f.write_str("the Origin has characters that no configuration can contain")
            }
            Self::WildcardInOrigin => f.write_str(
                "the Origin contains a \"*\", which would be a wildcard in a configuration",
            ),
            Self::OriginNeverSent(never_sent) => never_sent.fmt(f),
            Self::NoRequestedMethod => f.write_str(
                "an OPTIONS request without Access-Control-Request-Method is not a preflight, \
                 and S3 refuses it whatever the rules are",
            ),
            Self::UnsupportedMethod {
                meant: Some(meant), ..
            } => write!(f, "methods are case-sensitive: send {meant}"),
            Self::UnsupportedMethod { method, .. } => write!(
                f,
                "no S3 rule can allow the method {}; S3 supports GET, PUT, HEAD, POST and DELETE",
                method.escape_ascii()
            ),
            Self::HeaderNotText { name } => write!(
                f,
                "the header name \"{}\" has characters that no configuration can contain",
                name.escape_ascii()
            ),
            Self::WildcardInHeader { name } => write!(
                f,
                "the header name {name:?} contains a \"*\", which would be a wildcard in a \
                 configuration"
            ),
            Self::HeaderNeverRequested { name } if cors_fetch::is_token(name) => write!(
                f,
                "no preflight asks for {name:?}: scripts cannot set it, the browser does, and \
                 needs no permission for it"
            ),
            Self::HeaderNeverRequested { name } => write!(f, "{name:?} is not a header name"),
            Self::Full => f.write_str(
                "the configuration has reached a size limit of S3: merge rules or entries first",
            ),
        }
    }
}
