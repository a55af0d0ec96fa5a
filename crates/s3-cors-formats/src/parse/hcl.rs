//! HCL expressions → values, as far as they are known without Terraform.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::{Element, Template};

use super::SyntaxError;
use crate::tree::{Kind, Member, Node};
use crate::value::Value;
use crate::variables::Variables;

/// References followed from one value to the next, such as locals that use locals.
const MOST_REFERENCES: usize = 32;
/// Expressions evaluated for one file.
const MOST_STEPS: usize = 200_000;

pub(crate) fn parse(text: &str) -> Result<Body, SyntaxError> {
    hcl_edit::parser::parse_body(text)
        .map_err(|error| SyntaxError::new(error.message(), error.location().offset()))
}

/// What the names in an expression stand for.
#[derive(Debug)]
pub(crate) struct Scope<'b> {
    text: &'b str,
    variables: &'b Variables,
    locals: HashMap<&'b str, &'b Expression>,
    /// The iterator of a `dynamic` block: its name, and what it has at the moment.
    iterator: Option<(String, Rc<Node>)>,
    references: Cell<usize>,
    steps: Cell<usize>,
}

impl<'b> Scope<'b> {
    pub(crate) fn new(text: &'b str, body: &'b Body, variables: &'b Variables) -> Self {
        let locals = body
            .get_blocks("locals")
            .flat_map(|block| block.body.attributes());
        Self {
            text,
            variables,
            locals: locals
                .map(|local| (local.key.as_str(), &local.value))
                .collect(),
            iterator: None,
            references: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// The same names, and an iterator.
    pub(crate) fn with_iterator(&self, name: &str, element: Node) -> Self {
        Self {
            text: self.text,
            variables: self.variables,
            locals: self.locals.clone(),
            iterator: Some((name.to_owned(), Rc::new(element))),
            references: Cell::new(self.references.get()),
            steps: Cell::new(self.steps.get()),
        }
    }

    /// The steps that a scope made from this one has taken count here, too.
    pub(crate) fn take_steps_of(&self, other: &Self) {
        self.steps.set(other.steps.get());
    }

    pub(crate) fn node(&self, expression: &Expression) -> Node {
        let range = expression.span().unwrap_or_default();
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MOST_STEPS {
            return Node::unknown("too much to evaluate", range);
        }
        let kind = match expression {
            Expression::Null(_) => Kind::Null,
            Expression::Bool(value) => Kind::Bool(*value.value()),
            Expression::Number(number) => Kind::Number(number.value().to_string()),
            Expression::String(text) => Kind::Text(Value::literal(text.value().as_str())),
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Array(array) => self.list(array.iter()),
            Expression::Object(object) => Kind::Map(
                object
                    .iter()
                    .map(|(key, value)| self.member(key, value.expr()))
                    .collect(),
            ),
            Expression::Parenthesis(inner) => return self.node(inner.inner()),
            Expression::Traversal(traversal) => return self.traversal(traversal, range),
            Expression::FuncCall(call) => return self.call(call, range),
            Expression::Conditional(conditional) => {
                return match self.node(&conditional.cond_expr).kind {
                    Kind::Bool(true) => self.node(&conditional.true_expr),
                    Kind::Bool(false) => self.node(&conditional.false_expr),
                    _ => Node::unknown(self.source(&range), range),
                };
            }
            Expression::Variable(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => Kind::Unknown(self.source(&range)),
        };
        Node::new(kind, range)
    }

    fn member(&self, key: &ObjectKey, value: &Expression) -> Member {
        let (name, key_range) = match key {
            ObjectKey::Ident(ident) => (ident.as_str().to_owned(), ident.span()),
            ObjectKey::Expression(expression) => {
                let key = self.node(expression);
                (key.text().unwrap_or_default().to_owned(), Some(key.range))
            }
        };
        Member {
            key: name,
            key_range: key_range.unwrap_or_default(),
            node: Rc::new(self.node(value)),
        }
    }

    fn list<'e>(&self, expressions: impl Iterator<Item = &'e Expression>) -> Kind {
        Kind::List(expressions.map(|one| Rc::new(self.node(one))).collect())
    }

    pub(crate) fn template(&self, template: &Template) -> Kind {
        let mut value = Value::default();
        for element in template {
            let part = match element {
                Element::Literal(text) => Value::literal(text.as_str()),
                Element::Interpolation(interpolation) => {
                    let node = self.node(&interpolation.expr);
                    // A template that is nothing but an interpolation has that value's type.
                    if template.len() == 1 {
                        return node.kind;
                    }
                    node.value()
                        .unwrap_or_else(|| Value::missing(self.source(&node.range)))
                }
                Element::Directive(directive) => {
                    Value::missing(self.source(&directive.span().unwrap_or_default()))
                }
            };
            value = value.then(&part);
        }
        Kind::Text(value)
    }

    /// `var.x`, `local.x`, `cors_rule.value.x` and everything else with dots or brackets.
    fn traversal(&self, traversal: &Traversal, range: Range<usize>) -> Node {
        let source = self.source(&range);
        let unknown = || Node::unknown(source.as_str(), range.clone());
        let Expression::Variable(root) = &traversal.expr else {
            return unknown();
        };
        let mut keys = traversal
            .operators
            .iter()
            .map(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
                TraversalOperator::Index(index) => {
                    let node = self.node(index);
                    node.value()
                        .and_then(|value| value.known().map(str::to_owned))
                }
                TraversalOperator::LegacyIndex(index) => Some(index.value().to_string()),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => None,
            });
        let found = match root.as_str() {
            "var" => {
                let (Some(Some(name)), None) = (keys.next(), keys.next()) else {
                    return unknown();
                };
                return match self.variables.get(&name) {
                    Some(value) => Node::new(given(value, &range), range),
                    None => unknown(),
                };
            }
            "local" => {
                let Some(Some(name)) = keys.next() else {
                    return unknown();
                };
                let Some(expression) = self.locals.get(name.as_str()) else {
                    return unknown();
                };
                if self.references.get() >= MOST_REFERENCES {
                    return unknown();
                }
                self.references.set(self.references.get() + 1);
                let node = Rc::new(self.node(expression));
                self.references.set(self.references.get() - 1);
                node
            }
            root => match &self.iterator {
                Some((name, element)) if name == root => Rc::clone(element),
                _ => return unknown(),
            },
        };
        let mut node = found;
        for key in keys {
            let next = key.and_then(|key| match &node.kind {
                Kind::List(nodes) => nodes.get(key.parse::<usize>().ok()?).cloned(),
                _ => node.get(&key).cloned(),
            });
            let Some(next) = next else { return unknown() };
            node = next;
        }
        Node::clone(&node)
    }

    fn call(&self, call: &FuncCall, range: Range<usize>) -> Node {
        let unknown = || Node::unknown(self.source(&range), range.clone());
        if !call.name.namespace.is_empty() {
            return unknown();
        }
        let arguments: Vec<Node> = call.args.iter().map(|one| self.node(one)).collect();
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("tolist" | "toset" | "jsonencode" | "distinct" | "compact", [one])
            | ("coalescelist" | "try", [one, ..]) => one.clone(),
            ("concat" | "flatten" | "setunion", lists) => {
                let mut all = Vec::new();
                for list in lists {
                    self.flatten(list, &mut all, 0);
                }
                Node::new(Kind::List(all), range)
            }
            ("format", [pattern, ..]) => {
                let known = pattern.text().and_then(|text| text.split_once('%'));
                match known {
                    Some((prefix, _)) => {
                        let rest = Value::missing(self.source(&range));
                        let value = Value::literal(prefix).then(&rest);
                        Node::new(Kind::Text(value), range)
                    }
                    None => pattern.clone(),
                }
            }
            _ => unknown(),
        }
    }

    fn flatten(&self, node: &Node, into: &mut Vec<Rc<Node>>, level: usize) {
        match &node.kind {
            Kind::List(nodes) if level < 2 => {
                for node in nodes {
                    match node.kind {
                        Kind::List(_) => self.flatten(node, into, level + 1),
                        _ => into.push(Rc::clone(node)),
                    }
                }
            }
            Kind::Unknown(because) => {
                let further = Kind::Further(because.clone());
                into.push(Rc::new(Node::new(further, node.range.clone())));
            }
            _ => into.push(Rc::new(node.clone())),
        }
    }

    /// A piece of the file, on one line.
    pub(crate) fn source(&self, range: &Range<usize>) -> String {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    }
}

/// What a variable was given: a JSON list of strings is one, everything else is a string.
fn given(value: &str, range: &Range<usize>) -> Kind {
    let text = |text: &str| Kind::Text(Value::literal(text));
    match serde_json::from_str::<Vec<String>>(value) {
        Ok(list) => Kind::List(
            list.iter()
                .map(|entry| Rc::new(Node::new(text(entry), range.clone())))
                .collect(),
        ),
        Err(_) => text(value),
    }
}
