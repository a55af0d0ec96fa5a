//! What `terraform show -json` prints of a plan or a state.

use std::rc::Rc;

use super::{Resource, deploy, resource};
use crate::document::{Bucket, Document, Format};
use crate::read::Source;
use crate::read::names::TERRAFORM;
use crate::read::rules::{Plain, Rules};
use crate::tree::{Kind, Member, Node};

/// What Terraform itself prints for a value that a plan does not have yet.
pub(crate) const AFTER_APPLY: &str = "known after apply";

/// Modules within modules that are gone through.
const MOST_LEVELS: usize = 32;

pub(crate) fn document(root: &Rc<Node>, source: &Source<'_>) -> Document {
    let mut rules = Rules::new(source, &TERRAFORM, &Plain);
    let mut buckets = Vec::new();
    let changes = root
        .get("resource_changes")
        .map(|list| list.elements())
        .unwrap_or_default();
    for change in changes {
        let unknown = change.at(&["change", "after_unknown", "cors_rule"]);
        let after = change.at(&["change", "after", "cors_rule"]);
        of_resource(&mut rules, &mut buckets, change, after, unknown);
    }
    // A plan has the same resources here again.
    if root.get("resource_changes").is_none() {
        let paths: [&[&str]; 2] = [
            &["values", "root_module"],
            &["planned_values", "root_module"],
        ];
        if let Some(module) = paths.iter().find_map(|path| root.at(path)) {
            of_module(&mut rules, &mut buckets, module, 0);
        }
    }
    Document {
        format: Format::TerraformShow,
        buckets,
        findings: rules.findings,
    }
}

fn of_module(rules: &mut Rules<'_>, buckets: &mut Vec<Bucket>, module: &Rc<Node>, level: usize) {
    let elements = |key: &str| {
        module
            .get(key)
            .map(|list| list.elements())
            .unwrap_or_default()
    };
    for resource in elements("resources") {
        let after = resource.at(&["values", "cors_rule"]);
        of_resource(rules, buckets, resource, after, None);
    }
    if level < MOST_LEVELS {
        for child in elements("child_modules") {
            of_module(rules, buckets, child, level + 1);
        }
    }
}

fn of_resource(
    rules: &mut Rules<'_>,
    buckets: &mut Vec<Bucket>,
    node: &Rc<Node>,
    after: Option<&Rc<Node>>,
    unknown: Option<&Rc<Node>>,
) {
    let text = |key: &str| node.get(key).and_then(|node| node.text());
    let Some(what) = text("type").and_then(resource) else {
        return;
    };
    if matches!(what, Resource::Other(_)) {
        return;
    }
    let list = match (after, unknown) {
        (None, Some(unknown)) => filled(None, unknown, 0),
        (Some(list), Some(unknown)) => filled(Some(list), unknown, 0),
        (Some(list), None) => Rc::clone(list),
        (None, None) => return,
    };
    // `aws_s3_bucket` shows the rules that another resource has set.
    let empty = matches!(&list.kind, Kind::List(nodes) if nodes.is_empty());
    if empty || matches!(list.kind, Kind::Null) {
        return;
    }
    let mut bucket = rules.bucket(text("address").unwrap_or_default(), &node.range);
    deploy(&mut bucket, what);
    rules.add_list(&mut bucket, &list);
    // A state has "" for the name that a rule does not have.
    for rule in &mut bucket.rules {
        rule.id.take_if(|id| id.value.known() == Some(""));
    }
    buckets.push(bucket);
}

/// The planned values, with what is known after the apply only: `true` in the other tree.
fn filled(known: Option<&Rc<Node>>, unknown: &Rc<Node>, level: usize) -> Rc<Node> {
    let after_apply = |range| Rc::new(Node::unknown(AFTER_APPLY, range));
    let range = known.map_or_else(|| unknown.range.clone(), |node| node.range.clone());
    match (&unknown.kind, known.map(|node| &node.kind)) {
        (Kind::Bool(true), _) => after_apply(range),
        (Kind::List(marks), Some(Kind::List(nodes))) if level < MOST_LEVELS => {
            let longest = marks.len().max(nodes.len());
            let element = |at: usize| match (nodes.get(at), marks.get(at)) {
                (known, Some(mark)) => Some(filled(known, mark, level + 1)),
                (Some(node), None) => Some(Rc::clone(node)),
                (None, None) => None,
            };
            Rc::new(Node::new(
                Kind::List((0..longest).filter_map(element).collect()),
                range,
            ))
        }
        (Kind::Map(marks), Some(Kind::Map(members))) if level < MOST_LEVELS => {
            let mut all: Vec<Member> = members.clone();
            for mark in marks.iter().take(100) {
                let same = all.iter_mut().find(|member| member.key == mark.key);
                match same {
                    Some(member) => member.node = filled(Some(&member.node), &mark.node, level + 1),
                    None if matches!(mark.node.kind, Kind::Bool(true)) => all.push(mark.clone()),
                    None => {}
                }
            }
            for member in &mut all {
                if matches!(member.node.kind, Kind::Bool(true)) {
                    member.node = after_apply(member.node.range.clone());
                }
            }
            Rc::new(Node::new(Kind::Map(all), range))
        }
        (_, Some(_)) => known.cloned().unwrap_or_else(|| after_apply(range)),
        (_, None) => after_apply(range),
    }
}
