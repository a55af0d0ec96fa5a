//! The versions of the rules: each is told from every other by each header of its responses.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use conformance::answer::Answer;
use s3_cors::{CorsConfiguration, CorsRule};

/// The origin that every version allows.
pub(crate) const ORIGIN: &str = "https://app.example";

const METHODS: [&str; 3] = ["HEAD", "POST", "DELETE"];

/// The versions of one source so far, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Versions(Arc<AtomicU64>);

impl Versions {
    /// A new version, and its number.
    pub(crate) fn next(&self) -> (u64, CorsConfiguration) {
        let version = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        (version, configuration(version))
    }

    pub(crate) fn latest(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// The version that made a response, or `None` if there were no rules.
    pub(crate) fn of(&self, response: &Answer) -> Result<Option<u64>, String> {
        let headers: BTreeMap<&str, String> = response.cors_lines().into_iter().collect();
        let header = |name: &str| headers.get(name).map_or("", String::as_str);
        if !headers
            .keys()
            .any(|name| name.starts_with("access-control-"))
        {
            return Ok(None);
        }
        let age = header("access-control-max-age");
        let version: u64 = age.parse().map_err(|_| format!("{headers:?}"))?;
        let expected = [
            ("access-control-allow-origin", ORIGIN.to_owned()),
            ("access-control-allow-methods", methods(version).join(", ")),
            ("access-control-expose-headers", format!("x-{version}")),
        ];
        let latest = self.latest();
        if version > latest || expected.iter().any(|(name, value)| header(name) != value) {
            return Err(format!("not version {version} of {latest}: {headers:?}"));
        }
        Ok(Some(version))
    }
}

fn methods(version: u64) -> Vec<&'static str> {
    let others = METHODS.into_iter().enumerate();
    let others = others.filter(|(bit, _)| version >> bit & 1 == 1);
    ["GET", "PUT"]
        .into_iter()
        .chain(others.map(|(_, method)| method))
        .collect()
}

fn configuration(version: u64) -> CorsConfiguration {
    let rule = CorsRule::new([ORIGIN], methods(version))
        .expose_headers([format!("x-{version}")])
        .max_age_seconds(i64::try_from(version).unwrap_or(i64::MAX));
    CorsConfiguration::new([rule])
}
