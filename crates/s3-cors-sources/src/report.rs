//! Log messages: changes at level info, failures and the rules that stay in force at level warn.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use s3_cors::{LoadFailure, PolicyStatus, Replaced, SharedPolicy};
use s3_cors_analysis::changes::rule_changes;

use crate::error::SourceError;

/// Logs the outcome of each load, but does not repeat the same failure every time.
pub(crate) struct Reporter {
    source: Arc<str>,
    logged: Option<SourceError>,
}

impl Reporter {
    pub(crate) fn new(source: Arc<str>) -> Self {
        Self {
            source,
            logged: None,
        }
    }

    pub(crate) fn report(
        &mut self,
        outcome: &Result<Replaced, SourceError>,
        policy: &SharedPolicy,
        was_failing: bool,
        next: Option<Duration>,
    ) {
        match outcome {
            Ok(replaced) => {
                self.logged = None;
                self.success(replaced, was_failing);
            }
            Err(error) => self.failure(error, &policy.status(), next),
        }
    }

    fn success(&self, replaced: &Replaced, was_failing: bool) {
        let source = &*self.source;
        let (before, after) = (&*replaced.before, &*replaced.after);
        if !replaced.changed() {
            if was_failing {
                tracing::info!(
                    source,
                    version = after.version(),
                    "{source} can be loaded again; its CORS rules are unchanged: {}",
                    InForce(after)
                );
            } else {
                tracing::debug!(source, version = after.version(), "CORS rules unchanged");
            }
            return;
        }
        let verb = if before.is_pending() {
            "loaded"
        } else {
            "changed"
        };
        tracing::info!(
            source,
            version = after.version(),
            rules = after.policy().rule_count(),
            content_hash = %format_args!("{:016x}", after.content_hash()),
            "CORS rules {verb} from {source}, now in force: {}",
            InForce(after)
        );
        for change in rule_changes(before.configuration(), after.configuration()) {
            tracing::info!(source, version = after.version(), "{change}");
        }
        let of_app = |status: &PolicyStatus| status.app_rules().as_configuration().clone();
        for change in rule_changes(Some(&of_app(before)), Some(&of_app(after))) {
            let version = after.version();
            tracing::info!(source, version, "the app's own rules: {change}");
        }
    }

    fn failure(&mut self, error: &SourceError, status: &PolicyStatus, next: Option<Duration>) {
        let consecutive = status.last_failure().map_or(1, LoadFailure::consecutive);
        // A repeated failure is logged as a warning the 1st, 2nd, 4th, 8th … time only, so that it
        // does not flood the log.
        let new = self.logged.as_ref() != Some(error) || consecutive.is_power_of_two();
        let (source, version) = (&*self.source, status.version());
        let next = Next(next);
        let in_force = InForce(status);
        if new {
            self.logged = Some(error.clone());
            tracing::warn!(
                source,
                version,
                consecutive_failures = consecutive,
                "CORS rules not loaded{next}; still in force: {in_force}. {error}"
            );
        } else {
            tracing::debug!(
                source,
                version,
                consecutive_failures = consecutive,
                "CORS rules not loaded{next}, as before; still in force: {in_force}. {error}"
            );
        }
    }
}

/// Logs that the source is no longer followed.
pub(crate) fn stopped(error: &SourceError, policy: &SharedPolicy) {
    let status = policy.status();
    tracing::error!(
        version = status.version(),
        "{error}. Changes are no longer noticed; still in force: {}",
        InForce(&status)
    );
}

struct InForce<'a>(&'a PolicyStatus);

impl fmt::Display for InForce<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.0;
        if status.is_pending() {
            return f.write_str("no rules yet (as for a bucket without a CORS configuration)");
        }
        write!(f, "version {}, ", status.version())?;
        match status.configuration().map(|rules| rules.cors_rules.len()) {
            None => f.write_str("no CORS configuration")?,
            Some(1) => f.write_str("1 rule")?,
            Some(count) => write!(f, "{count} rules")?,
        }
        match status.app_rules().rules().len() {
            0 => {}
            count => write!(f, " and {count} of the app's own")?,
        }
        let age = status
            .loaded_at()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        match age {
            Some(age) if age.as_secs() > 0 => {
                write!(f, ", loaded {:?} ago", Duration::from_secs(age.as_secs()))
            }
            _ => Ok(()),
        }
    }
}

struct Next(Option<Duration>);

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(after) => write!(f, ", next attempt in {after:.1?}"),
            None => Ok(()),
        }
    }
}
