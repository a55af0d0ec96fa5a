//! The figures, and how they are kept.

use std::collections::BTreeMap;

use s3_cors_bench::{Group, Kind};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What a call costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) instructions: i64,
    pub(crate) allocations: i64,
}

impl std::ops::Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            instructions: self.instructions - other.instructions,
            allocations: self.allocations - other.allocations,
        }
    }
}

const CONFIGURATION: &str = "configuration";
const LINT: &str = "lint";

/// Costs by group, case and kind; those of configurations by name and step.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Figures(BTreeMap<String, BTreeMap<String, BTreeMap<String, Cost>>>);

impl Figures {
    pub(crate) fn cost_mut(&mut self, group: Group, case: &str, kind: Kind) -> &mut Cost {
        let cases = self.0.entry(group.name().into()).or_default();
        let kinds = cases.entry(case.into()).or_default();
        kinds.entry(kind.name().into()).or_default()
    }

    /// The whole call's cost, if it was measured.
    pub(crate) fn cost(&self, group: Group, case: &str, kind: Kind) -> Option<Cost> {
        let kinds = self.0.get(group.name())?.get(case)?;
        kinds.get(kind.name()).copied()
    }

    /// What it costs to lint a configuration.
    pub(crate) fn lint_mut(&mut self, name: &str) -> &mut Cost {
        let configurations = self.0.entry(CONFIGURATION.into()).or_default();
        let steps = configurations.entry(name.into()).or_default();
        steps.entry(LINT.into()).or_default()
    }

    /// The same, if it was measured.
    pub(crate) fn lint(&self, name: &str) -> Option<Cost> {
        let steps = self.0.get(CONFIGURATION)?.get(name)?;
        steps.get(LINT).copied()
    }

    /// What a kind costs over the bare service, if both were measured.
    pub(crate) fn overhead(&self, group: Group, case: &str, kind: Kind) -> Option<Cost> {
        Some(self.cost(group, case, kind)? - self.cost(group, case, Kind::Bare)?)
    }

    pub(crate) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
