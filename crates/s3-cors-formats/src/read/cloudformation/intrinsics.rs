//! Intrinsic functions and `serverless.yml`'s `${…}`, as far as they are known before deployment.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::read::rules::Resolve;
use crate::tree::{Kind, Node};
use crate::value::Value;
use crate::variables::Variables;

/// Functions evaluated for one file; an alias may repeat them without end.
const MOST_STEPS: usize = 100_000;
const MOST_LEVELS: usize = 32;

pub(super) struct Intrinsics<'r> {
    variables: &'r Variables,
    /// Whose `custom:` a `serverless.yml` refers to.
    root: &'r Rc<Node>,
    steps: Cell<usize>,
}

impl Resolve for Intrinsics<'_> {
    fn resolve(&self, node: &Rc<Node>, list: bool) -> Rc<Node> {
        self.resolved(node, list, 0)
    }
}

impl<'r> Intrinsics<'r> {
    pub(super) fn new(variables: &'r Variables, root: &'r Rc<Node>) -> Self {
        Self {
            variables,
            root,
            steps: Cell::new(0),
        }
    }

    fn resolved(&self, node: &Rc<Node>, list: bool, level: usize) -> Rc<Node> {
        self.steps.set(self.steps.get() + 1);
        let known = match &node.kind {
            Kind::Text(value) => value.known().is_none_or(|text| !text.contains("${")),
            Kind::Map(members) => !matches!(members.as_slice(), [one] if is_function(&one.key)),
            _ => true,
        };
        if known {
            return Rc::clone(node);
        }
        if self.steps.get() > MOST_STEPS || level > MOST_LEVELS {
            return Rc::new(Node::unknown("too much to evaluate", node.range.clone()));
        }
        let kind = match &node.kind {
            Kind::Text(value) => {
                self.with_variables(value.known().unwrap_or_default(), None, level)
            }
            Kind::Map(members) => match members.as_slice() {
                [one] => match one.key.as_str() {
                    "Fn::If" => return self.condition(&one.node, node, list, level),
                    "Ref" => self.reference(one.node.text().unwrap_or_default(), list),
                    "Fn::Sub" => self.sub(&one.node, level),
                    "Fn::Join" => self.join(&one.node, level),
                    "Fn::Split" => self.split(&one.node, level),
                    key => Kind::Unknown(described(key, &one.node)),
                },
                _ => return Rc::clone(node),
            },
            _ => return Rc::clone(node),
        };
        Rc::new(Node::new(kind, node.range.clone()))
    }

    fn reference(&self, name: &str, list: bool) -> Kind {
        if name == "AWS::NoValue" {
            return Kind::Null;
        }
        match self.variables.list(name) {
            Some(entries) if list => Kind::List(
                entries
                    .into_iter()
                    .map(|entry| {
                        Rc::new(Node::new(
                            Kind::Text(Value::literal(entry)),
                            Range::default(),
                        ))
                    })
                    .collect(),
            ),
            _ => match self.variables.get(name) {
                Some(value) => Kind::Text(Value::literal(value)),
                None => Kind::Unknown(format!("!Ref {name}")),
            },
        }
    }

    fn condition(&self, arguments: &Node, whole: &Node, list: bool, level: usize) -> Rc<Node> {
        let unknown =
            |name: &str| Rc::new(Node::unknown(format!("!If {name}"), whole.range.clone()));
        let [name, yes, no] = arguments.elements() else {
            return unknown("");
        };
        let name = name.text().unwrap_or_default();
        match self.variables.get(name) {
            Some("true") => self.resolved(yes, list, level + 1),
            Some("false") => self.resolved(no, list, level + 1),
            _ => unknown(name),
        }
    }

    /// `!Sub "https://${Domain}"`, or with a map of what stands for what.
    fn sub(&self, argument: &Rc<Node>, level: usize) -> Kind {
        match argument.elements() {
            [text, map] => match text.text() {
                Some(text) => self.with_variables(text, Some(map), level),
                None => Kind::Unknown("!Sub".to_owned()),
            },
            _ => match argument.text() {
                Some(text) => self.with_variables(text, None, level),
                None => Kind::Unknown("!Sub".to_owned()),
            },
        }
    }

    fn with_variables(&self, text: &str, map: Option<&Rc<Node>>, level: usize) -> Kind {
        let mut value = Value::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            value = value.then(&Value::literal(before));
            let Some((name, behind)) = closed(after) else {
                rest = after;
                value = value.then(&Value::literal("${"));
                continue;
            };
            rest = behind;
            let part = match name.strip_prefix('!') {
                Some(literal) => Value::literal(format!("${{{literal}}}")),
                None => self.named(name.trim(), map, level),
            };
            value = value.then(&part);
        }
        Kind::Text(value.then(&Value::literal(rest)))
    }

    fn named(&self, name: &str, map: Option<&Rc<Node>>, level: usize) -> Value {
        if let Some(node) = map.and_then(|map| map.get(name)) {
            let resolved = self.resolved(node, false, level + 1);
            return resolved.value().unwrap_or_else(|| Value::missing(name));
        }
        if let Some(value) = self.variables.get(name) {
            return Value::literal(value);
        }
        // `${self:custom.domain}` and, since version 3, `${self:custom.domain, 'default'}`.
        let path = name
            .strip_prefix("self:")
            .filter(|path| !path.contains(','));
        let found = path.and_then(|path| {
            let keys: Vec<&str> = path.trim().split('.').collect();
            self.root.at(&keys)
        });
        match found {
            Some(node) => {
                let resolved = self.resolved(node, false, level + 1);
                resolved.value().unwrap_or_else(|| Value::missing(name))
            }
            None => Value::missing(name),
        }
    }

    /// `!Join ["", [a, b]]`
    fn join(&self, arguments: &Node, level: usize) -> Kind {
        let unknown = Kind::Unknown("!Join".to_owned());
        let [separator, list] = arguments.elements() else {
            return unknown;
        };
        let list = self.resolved(list, true, level + 1);
        let (Some(separator), Kind::List(nodes)) = (separator.text(), &list.kind) else {
            return unknown;
        };
        let mut value = Value::default();
        for (index, node) in nodes.iter().enumerate() {
            let Some(part) = self.resolved(node, false, level + 1).value() else {
                return unknown;
            };
            if index > 0 {
                value = value.then(&Value::literal(separator));
            }
            value = value.then(&part);
        }
        Kind::Text(value)
    }

    /// `!Split [",", text]`
    fn split(&self, arguments: &Node, level: usize) -> Kind {
        let [separator, text] = arguments.elements() else {
            return Kind::Unknown("!Split".to_owned());
        };
        let text = self.resolved(text, false, level + 1);
        match (separator.text(), text.text()) {
            (Some(separator), Some(whole)) if !separator.is_empty() => {
                let part = |part: &str| {
                    let kind = Kind::Text(Value::literal(part));
                    Rc::new(Node::new(kind, text.range.clone()))
                };
                Kind::List(whole.split(separator).take(1000).map(part).collect())
            }
            _ => Kind::Unknown(described("Fn::Split", &text)),
        }
    }
}

/// What stands before the closing brace, and what after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some((text.get(..offset)?, text.get(offset + 1..)?)),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// `!GetAtt Distribution.DomainName`
fn described(key: &str, argument: &Node) -> String {
    let name = key.strip_prefix("Fn::").unwrap_or(key);
    let parts: Vec<String> = match &argument.kind {
        Kind::List(nodes) => {
            let texts = nodes.iter().take(4).filter_map(|node| node.text());
            texts.map(str::to_owned).collect()
        }
        Kind::Unknown(inner) => vec![inner.clone()],
        _ => argument.text().map(str::to_owned).into_iter().collect(),
    };
    format!("!{name} {}", parts.join(".")).trim_end().to_owned()
}
