//! JSON with the place of every value: `serde_json` reads it, and each value is kept as the slice
//! of the text that it is.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{MOST_LEVELS, SyntaxError};
use crate::position::Lines;
use crate::tree::{Kind, Member, Node};
use crate::value::Value;

pub(crate) fn parse(text: &str, lines: &Lines<'_>) -> Result<Rc<Node>, SyntaxError> {
    let root: &RawValue = serde_json::from_str(text).map_err(|error| failure(&error, lines))?;
    Reader { text, lines }.node(root, 0).map(Rc::new)
}

fn failure(error: &serde_json::Error, lines: &Lines<'_>) -> SyntaxError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    SyntaxError::new(message, lines.offset(error.line(), error.column()))
}

struct Reader<'t> {
    text: &'t str,
    lines: &'t Lines<'t>,
}

impl<'t> Reader<'t> {
    fn node(&self, raw: &'t RawValue, level: usize) -> Result<Node, SyntaxError> {
        let range = self.range(raw.get());
        if level > MOST_LEVELS {
            return Err(SyntaxError::too_deep(range.start));
        }
        // What passed as a raw value can still be refused when it is taken apart: lone surrogates.
        let apart = |error: serde_json::Error| {
            SyntaxError::new(failure(&error, self.lines).message, range.start)
        };
        let kind = match raw.get().as_bytes().first() {
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(raw.get()).map_err(apart)?;
                let mut members = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let node = Rc::new(self.node(value, level + 1)?);
                    let key_range = self.key_before(node.range.start);
                    members.push(Member {
                        key,
                        key_range,
                        node,
                    });
                }
                Kind::Map(members)
            }
            Some(b'[') => {
                let raws: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(apart)?;
                let nodes = raws.into_iter().map(|raw| self.node(raw, level + 1));
                Kind::List(
                    nodes
                        .map(|node| node.map(Rc::new))
                        .collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => {
                let text: String = serde_json::from_str(raw.get()).map_err(apart)?;
                Kind::Text(Value::literal(text))
            }
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') => Kind::Null,
            _ => Kind::Number(raw.get().to_owned()),
        };
        Ok(Node::new(kind, range))
    }

    /// Slices of the text begin so many bytes after it.
    fn range(&self, slice: &str) -> Range<usize> {
        let start = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        start..start + slice.len()
    }

    /// The key whose value begins here: the string before the colon before it.
    fn key_before(&self, value: usize) -> Range<usize> {
        let before = self.text.get(..value).unwrap_or_default();
        let end = before.trim_end().trim_end_matches(':').trim_end().len();
        let within = before.get(..end.saturating_sub(1)).unwrap_or_default();
        let mut start = within.len();
        for (offset, _) in within.rmatch_indices('"') {
            start = offset;
            let escapes = within.get(..offset).unwrap_or_default();
            let slashes = escapes.bytes().rev().take_while(|byte| *byte == b'\\');
            if slashes.count() % 2 == 0 {
                break;
            }
        }
        start..end
    }
}

/// The members of an object in order, repeated ones included.
struct Entries<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
