//! What the user says of variables.

use std::collections::BTreeMap;

/// Values for the variables, parameters and conditions of templates: what `--var name=value`
/// gives.
///
/// Names are those of the template: `domain` for Terraform's `var.domain`, `DomainName` for
/// CloudFormation's `!Ref DomainName`, `IsProduction` (with `true` or `false`) for a condition.
///
/// ```
/// use s3_cors_formats::Variables;
///
/// let mut variables = Variables::default();
/// variables.set("domain", "example.com");
/// assert_eq!(variables.get("domain"), Some("example.com"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Gives a variable its value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a variable that is a list: a JSON list of strings, or entries between commas.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let value = self.get(name)?;
        if let Ok(list) = serde_json::from_str::<Vec<String>>(value) {
            return Some(list);
        }
        Some(value.split(',').map(|one| one.trim().to_owned()).collect())
    }
}
