//! `CloudFormation` and SAM templates, the `resources:` of a `serverless.yml`, `cdk.out`.

mod intrinsics;

use std::rc::Rc;

use s3_cors::Place;

use crate::document::{Bucket, Document, Format};
use crate::finding::{Finding, FindingCode};
use crate::foreign::shown;
use crate::read::Source;
use crate::read::names::CLOUDFORMATION;
use crate::read::rules::{Resolve, Rules};
use crate::tree::{Kind, Member, Node};
use intrinsics::Intrinsics;

/// Templates within one file, resources within one template.
const MOST: usize = 10_000;

pub(crate) fn document(roots: &[Rc<Node>], source: &Source<'_>) -> Document {
    let mut buckets = Vec::new();
    let mut findings = Vec::new();
    for root in roots.iter().take(MOST) {
        let intrinsics = Intrinsics::new(source.variables, root);
        let mut rules = Rules::new(source, &CLOUDFORMATION, &intrinsics);
        for resources in resource_lists(root) {
            for resource in resources.members().iter().take(MOST) {
                buckets.extend(bucket(&mut rules, &intrinsics, resource, source));
            }
        }
        findings.append(&mut rules.findings);
    }
    Document {
        format: Format::CloudFormation,
        buckets,
        findings,
    }
}

/// A template's resources; of a `serverless.yml` those of all its templates.
fn resource_lists(root: &Rc<Node>) -> Vec<Rc<Node>> {
    let mut lists: Vec<Rc<Node>> = root.get("Resources").cloned().into_iter().collect();
    if let Some(resources) = root.get("resources") {
        let templates: Vec<&Rc<Node>> = match &resources.kind {
            Kind::List(templates) => templates.iter().take(MOST).collect(),
            _ => vec![resources],
        };
        for template in templates {
            for key in ["Resources", "extensions"] {
                lists.extend(template.get(key).cloned());
            }
        }
    }
    lists
}

fn bucket(
    rules: &mut Rules<'_>,
    intrinsics: &Intrinsics<'_>,
    resource: &Member,
    source: &Source<'_>,
) -> Option<Bucket> {
    let kind = resource.node.get("Type").and_then(|kind| kind.text())?;
    let properties = resource.node.get("Properties")?;
    let cors = properties
        .get("CorsConfiguration")
        .or_else(|| properties.get("Cors"))?;
    let heading = resource.key_range.clone();
    let span = source.lines.span(&heading);
    if kind != "AWS::S3::Bucket" {
        let text = format!(
            "the CORS configuration of this {} is not a bucket's: left out",
            shown(kind)
        );
        let help = "only the rules of AWS::S3::Bucket are looked at";
        let finding = Finding::new(FindingCode::OtherCorsRules, Some(span), text, help);
        rules
            .findings
            .push(finding.at(&resource.key, Place::document()));
        return None;
    }
    let mut bucket = rules.bucket(resource.key.as_str(), &heading);
    // F190.
    bucket.max_age_when_left_out = Some(0);
    let cors = intrinsics.resolve(cors, false);
    match &cors.kind {
        Kind::Map(members) => {
            let list = cors.get("CorsRules");
            for member in members.iter().filter(|member| member.key != "CorsRules") {
                let text = format!("unknown key `{}`", shown(&member.key));
                let key_span = source.lines.span(&member.key_range);
                let finding = Finding::new(
                    FindingCode::UnknownKey,
                    Some(key_span),
                    text,
                    "write `CorsRules`",
                );
                rules
                    .findings
                    .push(finding.at(&resource.key, Place::document()));
            }
            if let Some(list) = list {
                rules.add_list(&mut bucket, list);
            }
        }
        // What a condition leaves out.
        Kind::Null => return None,
        Kind::Unknown(_) => rules.add_list(&mut bucket, &cors),
        _ => {
            let text = format!(
                "an object with `CorsRules` is needed, not {}",
                cors.type_name()
            );
            let span = source.lines.span(&cors.range);
            let finding = Finding::new(
                FindingCode::WrongType,
                Some(span),
                text,
                "put the list of rules in an object: CorsRules: [...]",
            );
            rules
                .findings
                .push(finding.at(&resource.key, Place::document()));
            rules.add_list(&mut bucket, &cors);
        }
    }
    Some(bucket)
}
