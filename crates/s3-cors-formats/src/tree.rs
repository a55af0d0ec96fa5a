//! What HCL, YAML and JSON have in common: values with the places where they stand.

use std::ops::Range;
use std::rc::Rc;

use crate::value::Value;

/// A value and its range of bytes in the file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(Value),
    /// A value of any type that is known only when deployed: what stands there.
    Unknown(String),
    /// Any number of further entries of the list in which this stands.
    Further(String),
    List(Vec<Rc<Node>>),
    Map(Vec<Member>),
}

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_range: Range<usize>,
    pub(crate) node: Rc<Node>,
}

impl Node {
    pub(crate) fn new(kind: Kind, range: Range<usize>) -> Self {
        Self { kind, range }
    }

    pub(crate) fn unknown(because: impl Into<String>, range: Range<usize>) -> Self {
        Self::new(Kind::Unknown(because.into()), range)
    }

    /// The members; none for what is not a map.
    pub(crate) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Map(members) => members,
            _ => &[],
        }
    }

    /// The elements; none for what is not a list.
    pub(crate) fn elements(&self) -> &[Rc<Self>] {
        match &self.kind {
            Kind::List(elements) => elements,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Rc<Self>> {
        let mut named = self.members().iter().filter(|member| member.key == key);
        named.next().map(|member| &member.node)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Follows keys downwards.
    pub(crate) fn at<'n>(self: &'n Rc<Self>, path: &[&str]) -> Option<&'n Rc<Self>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, if it is one and known.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(value) => value.known(),
            _ => None,
        }
    }

    /// A scalar as a string: numbers and booleans as they are written.
    pub(crate) fn value(&self) -> Option<Value> {
        match &self.kind {
            Kind::Text(value) => Some(value.clone()),
            Kind::Number(number) => Some(Value::literal(number.as_str())),
            Kind::Bool(value) => Some(Value::literal(value.to_string())),
            Kind::Unknown(name) => Some(Value::missing(name.as_str())),
            Kind::Null | Kind::Further(_) | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// What it is, in words.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a string",
            Kind::Unknown(_) | Kind::Further(_) => "a value that is not known",
            Kind::List(_) => "a list",
            Kind::Map(_) => "an object",
        }
    }
}
