//! Several rules as the one policy that many services have.

use super::json::{Json, list, object};
use super::{DEFAULT_MAX_AGE, Refusal};
use crate::engine::RuleParts;

/// One list of origins, one of methods, one of headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Single {
    pub(super) origins: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) headers: Vec<String>,
    pub(super) expose: Vec<String>,
    pub(super) max_age: i64,
    pub(super) credentials: bool,
}

const LONGEST_MAX_AGE: i64 = 86400;

impl Single {
    /// All that the rules allow, without what the target has no words for.
    ///
    /// Where rules differ, the policy allows the origins, methods and headers of all of them
    /// together; browsers remember preflights for the shortest of their times.
    pub(super) fn of(
        rules: &[RuleParts],
        takes_origin: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let mut single = Self::default();
        let any = rules
            .iter()
            .any(|rule| rule.allowed_origins.iter().any(|one| one == "*"));
        if any {
            single.origins.push("*".to_owned());
        } else {
            let origins = rules.iter().flat_map(|rule| &rule.allowed_origins);
            // An empty origin matches nothing.
            let origins = origins.filter(|origin| !origin.is_empty() && takes_origin(origin));
            extend(&mut single.origins, origins);
        }
        extend(
            &mut single.methods,
            rules.iter().flat_map(|rule| &rule.allowed_methods),
        );
        let headers = || rules.iter().flat_map(|rule| &rule.allowed_headers);
        if headers().any(|header| header == "*") {
            // As a literal `*` in the response it does not stand for this one.
            single.headers = vec!["*".to_owned(), "authorization".to_owned()];
        } else {
            extend(
                &mut single.headers,
                headers().filter(|header| !header.contains('*')),
            );
        }
        extend(
            &mut single.expose,
            rules.iter().flat_map(|rule| &rule.expose_headers),
        );
        let ages = rules
            .iter()
            .map(|rule| rule.max_age_seconds.unwrap_or(DEFAULT_MAX_AGE));
        single.max_age = ages
            .min()
            .unwrap_or(DEFAULT_MAX_AGE)
            .clamp(0, LONGEST_MAX_AGE);
        single.credentials = !any;
        if single.origins.is_empty() {
            return Err(Refusal::NothingLeft(
                "none of the origins can be written for it",
            ));
        }
        Ok(single)
    }

    /// The object that Lambda function URLs and HTTP APIs take.
    pub(super) fn of_six(&self) -> Json {
        object([
            ("AllowOrigins", list(&self.origins)),
            ("AllowMethods", list(&self.methods)),
            ("AllowHeaders", list(&self.headers)),
            ("ExposeHeaders", list(&self.expose)),
            ("MaxAge", Some(Json::Number(self.max_age))),
            ("AllowCredentials", Some(Json::Bool(self.credentials))),
        ])
    }
}

/// Header names once, whatever their case.
fn extend<'a>(list: &mut Vec<String>, entries: impl Iterator<Item = &'a String>) {
    for entry in entries {
        if !list.iter().any(|known| known.eq_ignore_ascii_case(entry)) {
            list.push(entry.clone());
        }
    }
}

/// A target's limit on a list.
pub(super) fn at_most(most: usize, list: &[String], what: &str) -> Result<(), Refusal> {
    if list.len() <= most {
        return Ok(());
    }
    Err(Refusal::Limit(format!(
        "it takes {most} {what} at most, and there are {}",
        list.len()
    )))
}
