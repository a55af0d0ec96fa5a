//! Terraform: which resources hold a bucket's rules, and what the provider makes of them.

pub(crate) mod hcl;
pub(crate) mod json;
pub(crate) mod show;

use std::ops::Range;
use std::rc::Rc;

use s3_cors::Place;

use crate::document::Bucket;
use crate::finding::{Finding, FindingCode};
use crate::position::Span;
use crate::read::rules::Rules;
use crate::tree::{Kind, Node};

/// What a type of resource does with its `cors_rule`s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// S3's rules, as a set.
    Set,
    /// S3's rules, as a list.
    List,
    /// Something else's rules.
    Other(&'static str),
}

const RESOURCES: [(&str, Resource); 12] = [
    ("aws_s3_bucket_cors_configuration", Resource::Set),
    ("aws_s3_bucket", Resource::List),
    (
        "digitalocean_spaces_bucket_cors_configuration",
        Resource::Set,
    ),
    ("digitalocean_spaces_bucket", Resource::List),
    ("scaleway_object_bucket", Resource::List),
    ("minio_s3_bucket_cors", Resource::List),
    (
        "google_storage_bucket",
        Resource::Other("Google Cloud Storage's"),
    ),
    (
        "azurerm_storage_account",
        Resource::Other("Azure Storage's"),
    ),
    (
        "cloudflare_r2_bucket_cors",
        Resource::Other("Cloudflare R2's"),
    ),
    ("aws_apigatewayv2_api", Resource::Other("API Gateway's")),
    ("aws_lambda_function_url", Resource::Other("Lambda's")),
    (
        "azurerm_storage_account_cors",
        Resource::Other("Azure Storage's"),
    ),
];

pub(super) fn resource(kind: &str) -> Option<Resource> {
    let mut found = RESOURCES.iter().filter(|(name, _)| *name == kind);
    found.next().map(|(_, resource)| *resource)
}

/// Whether a module's argument becomes the rules of a bucket.
fn is_rules_argument(name: &str, node: &Node) -> bool {
    let rule = |node: &Node| node.has("allowed_origins") || node.has("allowed_methods");
    let holds_rules = match &node.kind {
        Kind::List(nodes) => nodes.iter().any(|node| rule(node)),
        _ => rule(node),
    };
    match name {
        "cors_rule" | "cors_rules" => {
            holds_rules || matches!(node.kind, Kind::Unknown(_) | Kind::Text(_))
        }
        // Modules for other services have an argument of this name, too.
        "cors_configuration" => holds_rules,
        _ => false,
    }
}

/// The bucket that a module makes of its arguments, if one of them holds rules.
pub(super) fn module(
    rules: &mut Rules<'_>,
    name: &str,
    heading: &Range<usize>,
    arguments: impl Iterator<Item = (String, Rc<Node>)>,
) -> Option<Bucket> {
    let mut bucket = rules.bucket(format!("module.{name}"), heading);
    deploy(&mut bucket, Resource::Set);
    for (argument, node) in arguments {
        if is_rules_argument(&argument, &node) {
            rules.add_list(&mut bucket, &node);
        }
    }
    (!bucket.rules.is_empty() || bucket.further.is_some()).then_some(bucket)
}

/// What deployment does to the rules (F191).
pub(super) fn deploy(bucket: &mut Bucket, resource: Resource) {
    bucket.ordered = resource != Resource::Set;
    bucket.max_age_when_left_out = Some(0);
}

/// Rules in the same file that are not S3's.
pub(super) fn not_s3(address: &str, whose: &str, span: Span) -> Finding {
    let text = format!("the CORS rules of this resource are {whose}, not S3's: left out");
    let help = "only the rules of S3 buckets are looked at";
    Finding::new(FindingCode::OtherCorsRules, Some(span), text, help).at(address, Place::document())
}
