//! Google Cloud Storage, which is Firebase's, too.

use std::rc::Rc;

use super::Source;
use super::names::GOOGLE;
use super::rules::{Plain, Rules};
use crate::document::{Document, Format};
use crate::tree::Node;

pub(crate) fn document(list: &Rc<Node>, source: &Source<'_>) -> Document {
    let mut rules = Rules::new(source, &GOOGLE, &Plain);
    let mut bucket = rules.bucket("cors", &list.range);
    // Google's own default.
    bucket.max_age_when_left_out = Some(3600);
    rules.add_list(&mut bucket, list);
    Document {
        format: Format::GoogleCloudStorage,
        buckets: vec![bucket],
        findings: rules.findings,
    }
}
