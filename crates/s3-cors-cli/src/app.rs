//! The app's own rules, which `--app` names, beside the bucket's.

use std::path::Path;

use s3_cors::{AppRules, CorsConfiguration};
use s3_cors_analysis::RulePosition;

use crate::args::Format;
use crate::input::Input;
use crate::report::Report;
use crate::usable;

/// The app's own rules in a file, or none; or a report of what is wrong with them.
pub(crate) fn rules(
    command: &str,
    file: Option<&Path>,
    format: Format,
) -> Result<AppRules, Report> {
    let Some(file) = file else {
        return Ok(AppRules::default());
    };
    let input = Input::read_app_rules(file);
    let (_, rules) = usable::of(command, input, format)?;
    AppRules::new(rules.cors_rules)
        .map_err(|error| usable::failure(command, &error.to_string(), format))
}

/// The rules of both lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) bucket: &'a CorsConfiguration,
    pub(crate) app: &'a AppRules,
}

impl<'a> Rules<'a> {
    /// The ID of a rule, if it has one.
    pub(crate) fn id(self, rule: RulePosition) -> Option<&'a str> {
        let rules = match rule {
            RulePosition::Bucket(_) => &self.bucket.cors_rules,
            RulePosition::App(_) => self.app.rules(),
        };
        rules.get(rule.index())?.id.as_deref()
    }

    /// All rules, in the order in which they are tried.
    pub(crate) fn positions(self) -> impl Iterator<Item = RulePosition> {
        let bucket = (0..self.bucket.cors_rules.len()).map(RulePosition::Bucket);
        bucket.chain((0..self.app.rules().len()).map(RulePosition::App))
    }
}
