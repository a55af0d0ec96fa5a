//! Cloudflare R2, as its API and `wrangler` take it.

use std::rc::Rc;

use s3_cors::Place;

use super::Source;
use super::names::R2;
use super::rules::{Plain, Rules};
use crate::document::{Document, Format};
use crate::finding::{Finding, FindingCode};
use crate::foreign::shown;
use crate::tree::Node;

pub(crate) fn document(root: &Rc<Node>, source: &Source<'_>) -> Document {
    let mut rules = Rules::new(source, &R2, &Plain);
    let mut bucket = rules.bucket("rules", &root.range);
    for member in root.members() {
        if member.key == "rules" {
            rules.add_list(&mut bucket, &member.node);
        } else {
            let span = Some(source.lines.span(&member.key_range));
            let text = format!("unknown key `{}`", shown(&member.key));
            let help = "the rules stand in `rules`";
            let finding = Finding::new(FindingCode::UnknownKey, span, text, help);
            rules
                .findings
                .push(finding.at(&bucket.name, Place::document()));
        }
    }
    Document {
        format: Format::R2,
        buckets: vec![bucket],
        findings: rules.findings,
    }
}
