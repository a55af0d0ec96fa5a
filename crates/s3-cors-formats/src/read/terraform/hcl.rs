//! `.tf`

use std::ops::Range;
use std::rc::Rc;

use hcl_edit::Span;
use hcl_edit::structure::{Block, BlockLabel, Body};

use super::{Resource, deploy, module, not_s3, resource};
use crate::document::{Bucket, Document, Format};
use crate::parse::hcl::Scope;
use crate::read::Source;
use crate::read::names::TERRAFORM;
use crate::read::rules::{Plain, Rules};
use crate::tree::{Kind, Member, Node};

/// Elements of a `for_each` that are gone through.
const MOST_ELEMENTS: usize = 1000;

pub(crate) fn document(body: &Body, source: &Source<'_>) -> Document {
    let scope = Scope::new(source.text, body, source.variables);
    let mut rules = Rules::new(source, &TERRAFORM, &Plain);
    let mut buckets = Vec::new();
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
        let range = block.span().unwrap_or_default();
        match (block.ident.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) => {
                let address = format!("{kind}.{name}");
                match resource(kind) {
                    Some(Resource::Other(whose)) if has_rules(block) => {
                        let span = source.lines.span(&heading(&range, source.text));
                        rules.findings.push(not_s3(&address, whose, span));
                    }
                    Some(what @ (Resource::Set | Resource::List)) if has_rules(block) => {
                        let mut bucket = rules.bucket(address, &heading(&range, source.text));
                        deploy(&mut bucket, what);
                        of_body(&mut rules, &mut bucket, &block.body, &scope);
                        buckets.push(bucket);
                    }
                    _ => {}
                }
            }
            ("module", [name]) => {
                let arguments = block.body.attributes().map(|argument| {
                    let node = Rc::new(scope.node(&argument.value));
                    (argument.key.as_str().to_owned(), node)
                });
                let heading = heading(&range, source.text);
                buckets.extend(module(&mut rules, name, &heading, arguments));
            }
            _ => {}
        }
    }
    Document {
        format: Format::Terraform,
        buckets,
        findings: rules.findings,
    }
}

/// Of a block, the line it begins with.
fn heading(range: &Range<usize>, text: &str) -> Range<usize> {
    let block = text.get(range.clone()).unwrap_or_default();
    let line = block.lines().next().unwrap_or_default();
    range.start..range.start + line.trim_end().len()
}

fn has_rules(block: &Block) -> bool {
    block.body.has_blocks("cors_rule")
        || block.body.has_blocks("cors")
        || block.body.has_attribute("cors_rule")
        || block.body.has_blocks("blob_properties")
        || block.body.has_blocks("cors_configuration")
        || block
            .body
            .get_blocks("dynamic")
            .any(|one| one.has_labels(&["cors_rule"]))
}

fn of_body(rules: &mut Rules<'_>, bucket: &mut Bucket, body: &Body, scope: &Scope<'_>) {
    for attribute in body.attributes().filter(|one| one.has_key("cors_rule")) {
        rules.add_list(bucket, &Rc::new(scope.node(&attribute.value)));
    }
    for block in body.blocks() {
        let range = block.span().unwrap_or_default();
        if block.has_ident("cors_rule") {
            rules.add(bucket, &Rc::new(of_block(&block.body, range, scope)));
        } else if block.has_ident("dynamic") && block.has_labels(&["cors_rule"]) {
            dynamic(rules, bucket, &block.body, scope);
        }
    }
}

/// A block's body as an object.
fn of_block(body: &Body, range: Range<usize>, scope: &Scope<'_>) -> Node {
    let member = |key: String, key_range: Option<Range<usize>>, node: Node| Member {
        key,
        key_range: key_range.unwrap_or_default(),
        node: Rc::new(node),
    };
    let mut members = Vec::new();
    for structure in body {
        if let Some(attribute) = structure.as_attribute() {
            let key = attribute.key.as_str().to_owned();
            let node = scope.node(&attribute.value);
            members.push(member(key, attribute.key.span(), node));
        } else if let Some(block) = structure.as_block() {
            let key = block.ident.as_str().to_owned();
            let range = block.span().unwrap_or_default();
            let node = of_block(&block.body, range, scope);
            members.push(member(key, block.ident.span(), node));
        }
    }
    Node::new(Kind::Map(members), range)
}

/// `dynamic "cors_rule" { for_each = … content { … } }`
fn dynamic(rules: &mut Rules<'_>, bucket: &mut Bucket, body: &Body, scope: &Scope<'_>) {
    let Some(content) = body.get_blocks("content").next() else {
        return;
    };
    let range = content.span().unwrap_or_default();
    let iterator = body
        .get_attribute("iterator")
        .map(|one| scope.source(&one.value.span().unwrap_or_default()));
    let iterator = iterator.unwrap_or_else(|| "cors_rule".to_owned());
    let elements = match body.get_attribute("for_each") {
        Some(attribute) => scope.node(&attribute.value),
        None => Node::new(Kind::List(Vec::new()), range.clone()),
    };
    let number = |at: usize| Kind::Number(at.to_string());
    let pairs: Vec<(Kind, Rc<Node>)> = match &elements.kind {
        Kind::List(nodes) => {
            let numbered = nodes.iter().enumerate().take(MOST_ELEMENTS);
            numbered
                .map(|(at, node)| (number(at), Rc::clone(node)))
                .collect()
        }
        Kind::Map(members) => {
            let key = |member: &Member| Kind::Text(crate::Value::literal(member.key.as_str()));
            let members = members.iter().take(MOST_ELEMENTS);
            members
                .map(|member| (key(member), Rc::clone(&member.node)))
                .collect()
        }
        _ => {
            // Any number of rules like this one, none included.
            let node = of_block(&content.body, range, scope);
            let name = scope.source(&elements.range);
            rules.add(bucket, &Rc::new(node));
            let further = Node::new(Kind::Further(name), elements.range);
            return rules.add(bucket, &Rc::new(further));
        }
    };
    for (key, value) in pairs {
        if let Kind::Further(_) = value.kind {
            rules.add(bucket, &value);
            continue;
        }
        let members = [
            ("key", Rc::new(Node::new(key, value.range.clone()))),
            ("value", value),
        ];
        let members = members.map(|(key, node)| Member {
            key: key.to_owned(),
            key_range: node.range.clone(),
            node,
        });
        let element = Node::new(Kind::Map(members.into()), range.clone());
        let inner = scope.with_iterator(&iterator, element);
        let node = of_block(&content.body, range.clone(), &inner);
        scope.take_steps_of(&inner);
        rules.add(bucket, &Rc::new(node));
    }
}
