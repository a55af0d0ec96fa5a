//! `.tf.json`: the same as `.tf`, with expressions in strings.

use std::rc::Rc;

use hcl_edit::structure::Body;

use super::{Resource, deploy, module, not_s3, resource};
use crate::document::{Document, Format};
use crate::parse::hcl::Scope;
use crate::read::Source;
use crate::read::names::TERRAFORM;
use crate::read::rules::{Resolve, Rules};
use crate::tree::{Kind, Node};

pub(crate) fn document(root: &Rc<Node>, source: &Source<'_>) -> Document {
    let resolve = Templates { source };
    let mut rules = Rules::new(source, &TERRAFORM, &resolve);
    let mut buckets = Vec::new();
    let kinds = root
        .get("resource")
        .map(|kinds| kinds.members())
        .unwrap_or_default();
    for kind in kinds {
        let Some(what) = resource(&kind.key) else {
            continue;
        };
        for named in kind.node.members() {
            let address = format!("{}.{}", kind.key, named.key);
            let listed = named.node.get("cors_rule");
            let dynamic = named.node.at(&["dynamic", "cors_rule"]);
            if let (Resource::Other(whose), true) =
                (what, listed.is_some() || named.node.has("cors"))
            {
                let span = source.lines.span(&named.key_range);
                rules.findings.push(not_s3(&address, whose, span));
            } else if listed.or(dynamic).is_some() && !matches!(what, Resource::Other(_)) {
                let mut bucket = rules.bucket(address, &named.key_range);
                deploy(&mut bucket, what);
                if let Some(list) = listed {
                    rules.add_list(&mut bucket, list);
                }
                if let Some(dynamic) = dynamic {
                    let name = dynamic.get("for_each").and_then(|each| each.text());
                    let name = name.unwrap_or("dynamic \"cors_rule\"").to_owned();
                    let further = Node::new(Kind::Further(name), dynamic.range.clone());
                    rules.add(&mut bucket, &Rc::new(further));
                }
                buckets.push(bucket);
            }
        }
    }
    let modules = root
        .get("module")
        .map(|modules| modules.members())
        .unwrap_or_default();
    for named in modules {
        let arguments = named.node.members().iter();
        let arguments = arguments.map(|one| (one.key.clone(), Rc::clone(&one.node)));
        buckets.extend(module(&mut rules, &named.key, &named.key_range, arguments));
    }
    Document {
        format: Format::Terraform,
        buckets,
        findings: rules.findings,
    }
}

/// Strings with `${…}` in them.
struct Templates<'s> {
    source: &'s Source<'s>,
}

impl Resolve for Templates<'_> {
    fn resolve(&self, node: &Rc<Node>, _: bool) -> Rc<Node> {
        let Some(text) = node
            .text()
            .filter(|text| text.contains("${") || text.contains("%{"))
        else {
            return Rc::clone(node);
        };
        let body = Body::new();
        let kind = match hcl_edit::parser::parse_template(text) {
            Ok(template) => Scope::new(text, &body, self.source.variables).template(&template),
            Err(_) => Kind::Unknown(text.to_owned()),
        };
        Rc::new(Node::new(kind, node.range.clone()))
    }
}
