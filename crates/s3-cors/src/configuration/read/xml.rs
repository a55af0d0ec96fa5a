//! The REST API's XML. This is the text that S3 itself receives, so S3 responds to anything that
//! breaks its schema with `MalformedXML` (F84).

use roxmltree::{Document, Node};

use super::{Reading, list_of};
use crate::configuration::CorsRule;
use crate::configuration::dialect::{Dialect, Member, XML_NAMESPACE};
use crate::error::{JsonType, Place, Problem, ProblemKind};
use crate::limits::MAX_XML_BYTES;

const ROOT: &str = "CORSConfiguration";
const RULE: &str = "CORSRule";

/// A configuration needs one of them.
const MOST_NAMESPACES: usize = 16;
const MOST_ATTRIBUTES: usize = 100;

/// The parser makes room for an attribute for each of them, wherever it stands. A configuration
/// that S3 takes has fewer bytes.
const MOST_EQUALS_SIGNS: usize = MAX_XML_BYTES;

pub(super) fn read(text: &str) -> Reading {
    // The declaration must be the first thing in a document, but pasted text often is not.
    let trimmed = text.trim_start();
    let shift = text.len() - trimmed.len();
    if let Some(offset) = too_many_attributes(trimmed) {
        let kind = ProblemKind::Syntax {
            language: "CORS configuration XML",
            message: "too many namespaces or attributes".into(),
        };
        return Reading::failed(Problem::unplaced(kind).in_xml(), shift + offset);
    }
    let document = match Document::parse(trimmed) {
        Ok(document) => document,
        Err(error) => {
            // Without the position that the parser puts at the end.
            let message = error.to_string();
            let kind = ProblemKind::Syntax {
                language: "XML",
                message: match message.rsplit_once(" at ") {
                    Some((before, _)) => before.into(),
                    None => message,
                },
            };
            let offset = shift + offset_of(error.pos(), trimmed);
            return Reading::failed(Problem::unplaced(kind).in_xml(), offset);
        }
    };
    let mut reader = Reader {
        shift,
        reading: Reading::default(),
    };
    reader.document(document.root_element());
    reader.reading
}

/// Where a document has more namespaces or attributes than it should: the parser compares every one
/// with every other.
///
/// Whatever the parser takes for an attribute has an equals sign and a quote behind it, with nothing
/// but white space between them. Text and comments may have them, too.
fn too_many_attributes(text: &str) -> Option<usize> {
    let mut namespaces = text.match_indices("xmlns").map(|(offset, _)| offset);
    let equals = text.match_indices('=').map(|(offset, _)| offset);
    let mut attributes = equals.clone().filter(|offset| {
        let after = text.as_bytes().iter().skip(offset + 1);
        let mut after = after.skip_while(|byte| byte.is_ascii_whitespace());
        matches!(after.next(), Some(b'"' | b'\''))
    });
    namespaces
        .nth(MOST_NAMESPACES)
        .or_else(|| attributes.nth(MOST_ATTRIBUTES))
        .or_else(|| equals.clone().nth(MOST_EQUALS_SIGNS))
}

struct Reader {
    shift: usize,
    reading: Reading,
}

impl Reader {
    fn document(&mut self, root: Node<'_, '_>) {
        let namespace = root.tag_name().namespace();
        if root.tag_name().name() != ROOT || !matches!(namespace, None | Some(XML_NAMESPACE)) {
            let name = root.tag_name().name();
            let found = match namespace {
                Some(namespace) => format!("<{name} xmlns=\"{namespace}\">"),
                None => format!("<{name}>"),
            };
            let expected = format!("<{ROOT} xmlns=\"{XML_NAMESPACE}\">");
            let kind = ProblemKind::WrongRoot { found, expected };
            return self.report(kind, Place::document(), root);
        }
        for child in self.elements(root, &Place::document()) {
            if child.tag_name().name() == RULE {
                if !self.reading.reads_rule() {
                    continue;
                }
                let place = Place::of_rule(self.reading.config.cors_rules.len());
                self.mark(place.clone(), child);
                let rule = self.rule(child, &place);
                self.reading.config.cors_rules.push(rule);
            } else {
                let key = child.tag_name().name().to_owned();
                let place = Place::key_of_document(key.clone());
                let meant = key.eq_ignore_ascii_case("CORSRules").then_some(RULE);
                self.report(ProblemKind::UnknownKey { key, meant }, place, child);
            }
        }
    }

    fn rule(&mut self, element: Node<'_, '_>, place: &Place) -> CorsRule {
        let mut rule = CorsRule::default();
        for child in self.elements(element, place) {
            let key = child.tag_name().name().to_owned();
            let known = Member::named(&key, Dialect::Xml);
            let member = known.or_else(|| Member::meant_by(&key));
            if known.is_none() {
                let meant = member.map(|member| member.key(Dialect::Xml));
                let place = place.clone().key_in_rule(key.clone());
                let key = key.clone();
                self.report(ProblemKind::UnknownKey { key, meant }, place, child);
            }
            let Some(member) = member else {
                continue;
            };
            let place = place.clone().key_in_rule(member.s3_key());
            let again = match member {
                Member::Id => rule.id.is_some(),
                Member::MaxAgeSeconds => rule.max_age_seconds.is_some(),
                _ => false,
            };
            if again {
                self.report(ProblemKind::DuplicateKey { key }, place, child);
                continue;
            }
            match member {
                Member::Id => {
                    self.mark(place.clone(), child);
                    rule.id = Some(self.text_of(child, &place));
                }
                Member::MaxAgeSeconds => {
                    self.mark(place.clone(), child);
                    rule.max_age_seconds = self.integer(child, &place);
                }
                _ => {
                    let Some(list) = list_of(&mut rule, member) else {
                        continue;
                    };
                    let place = place.entry_at(list.len());
                    self.mark(place.clone(), child);
                    list.push(self.text_of(child, &place));
                }
            }
        }
        rule
    }

    /// White space around the digits is part of the schema's integers (F82).
    fn integer(&mut self, element: Node<'_, '_>, place: &Place) -> Option<i64> {
        let value = self.text_of(element, place);
        let parsed = value.trim_ascii().parse().ok();
        if parsed.is_none() {
            let kind = ProblemKind::WrongType {
                expected: JsonType::Integer,
                found: JsonType::String,
                value,
            };
            self.report(kind, place.clone(), element);
        }
        parsed
    }

    /// The child elements; text between them and elements of another namespace break the schema.
    fn elements<'a, 'i>(&mut self, parent: Node<'a, 'i>, place: &Place) -> Vec<Node<'a, 'i>> {
        let mut elements = Vec::new();
        for child in parent.children() {
            if child.is_element() && child.tag_name().namespace() == parent.tag_name().namespace() {
                elements.push(child);
            } else if child.is_element() {
                let key = child.tag_name().name().to_owned();
                let kind = ProblemKind::UnknownKey { key, meant: None };
                self.report(kind, place.clone(), child);
            } else if child.is_text() {
                let text = child.text().unwrap_or_default();
                if !text.trim_ascii().is_empty() {
                    let kind = ProblemKind::StrayText { value: text.into() };
                    self.report(kind, place.clone(), child);
                }
            }
        }
        elements
    }

    /// An element's characters, comments skipped; elements inside it break the schema.
    fn text_of(&mut self, element: Node<'_, '_>, place: &Place) -> String {
        let mut value = String::new();
        for child in element.children() {
            if child.is_element() {
                let key = child.tag_name().name().to_owned();
                let kind = ProblemKind::UnknownKey { key, meant: None };
                self.report(kind, place.clone(), child);
            } else if child.is_text() {
                value.push_str(child.text().unwrap_or_default());
            }
        }
        value
    }

    fn mark(&mut self, place: Place, element: Node<'_, '_>) {
        let range = element.range();
        let range = self.shift + range.start..self.shift + range.end;
        self.reading.mark(place, range);
    }

    fn report(&mut self, kind: ProblemKind, place: Place, node: Node<'_, '_>) {
        let offset = self.shift + node.range().start;
        self.reading
            .report(Problem::new(kind, place).in_xml(), offset);
    }
}

fn offset_of(position: roxmltree::TextPos, text: &str) -> usize {
    // Both are counted from 1.
    let passed = usize::try_from(position.row).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(position.col).unwrap_or(1).saturating_sub(1);
    let mut lines = text.split_inclusive('\n');
    let start: usize = lines.by_ref().take(passed).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let into_line: usize = line.chars().take(column).map(char::len_utf8).sum();
    start + into_line
}
