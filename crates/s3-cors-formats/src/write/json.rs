//! JSON with its members in the order in which they are written down.

use serde::ser::{Serialize, SerializeMap, Serializer};

pub(crate) enum Json {
    Text(String),
    Number(i64),
    Bool(bool),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn texts(list: &[String]) -> Self {
        Self::List(
            list.iter()
                .map(|entry| Self::text(entry.as_str()))
                .collect(),
        )
    }

    /// Indented, with a newline at the end.
    pub(crate) fn pretty(&self) -> String {
        // Writing to memory does not fail, and every key is a string.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    pub(crate) fn compact(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// The members that have something in them.
pub(crate) fn object(members: impl IntoIterator<Item = (&'static str, Option<Json>)>) -> Json {
    let present = members
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    Json::Object(present.collect())
}

/// A list, if there is anything in it.
pub(crate) fn list(entries: &[String]) -> Option<Json> {
    (!entries.is_empty()).then(|| Json::texts(entries))
}
