//! Azure Storage: the XML of `Set Blob Service Properties`, ARM templates, the command-line tool.

use std::rc::Rc;

use roxmltree::{Document as Xml, Node as Element, ParsingOptions};

use super::Source;
use super::names::AZURE;
use super::rules::{Plain, Rules};
use crate::document::{Bucket, Document, Format};
use crate::parse::SyntaxError;
use crate::tree::{Kind, Member, Node};
use crate::value::Value;

const MOST_NODES: u32 = 100_000;

pub(crate) fn json(list: &Rc<Node>, source: &Source<'_>) -> Document {
    let mut rules = Rules::new(source, &AZURE, &Plain);
    let mut bucket = rules.bucket("cors", &list.range);
    deploy(&mut bucket);
    rules.add_list(&mut bucket, list);
    Document {
        format: Format::Azure,
        buckets: vec![bucket],
        findings: rules.findings,
    }
}

pub(crate) fn xml(source: &Source<'_>) -> Result<Document, SyntaxError> {
    let text = source.text.trim_start();
    let shift = source.text.len() - text.len();
    let options = ParsingOptions {
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    // The parser compares every attribute with every other, and none is needed here.
    if text.matches("=\"").nth(1000).is_some() || text.matches("='").nth(1000).is_some() {
        return Err(SyntaxError::new("too many attributes", 0));
    }
    let xml = Xml::parse_with_options(text, options).map_err(|error| {
        let position = error.pos();
        let row = usize::try_from(position.row).unwrap_or(1);
        let column = usize::try_from(position.col).unwrap_or(1);
        let message = error.to_string();
        let message = message.split(" at ").next().unwrap_or_default();
        let lines = crate::position::Lines::new(text);
        SyntaxError::new(message, shift + lines.offset(row, column))
    })?;
    let mut rules = Rules::new(source, &AZURE, &Plain);
    let root = xml.root_element().range();
    let mut bucket = rules.bucket("Cors", &(root.start + shift..root.end + shift));
    deploy(&mut bucket);
    for element in xml
        .descendants()
        .filter(|node| node.has_tag_name("CorsRule"))
    {
        rules.add(&mut bucket, &Rc::new(rule(element, shift)));
    }
    Ok(Document {
        format: Format::Azure,
        buckets: vec![bucket],
        findings: rules.findings,
    })
}

/// An element with elements as an object with strings.
fn rule(element: Element<'_, '_>, shift: usize) -> Node {
    let range = |node: Element<'_, '_>| node.range().start + shift..node.range().end + shift;
    let member = |child: Element<'_, '_>| Member {
        key: child.tag_name().name().to_owned(),
        key_range: range(child),
        node: Rc::new(Node::new(
            Kind::Text(Value::literal(child.text().unwrap_or_default().trim())),
            range(child),
        )),
    };
    let children = element.children().filter(Element::is_element);
    Node::new(Kind::Map(children.map(member).collect()), range(element))
}

fn deploy(bucket: &mut Bucket) {
    bucket.max_age_when_left_out = Some(0);
}
