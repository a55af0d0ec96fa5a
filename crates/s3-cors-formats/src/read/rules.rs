//! A list of rules, whatever its format calls their members.

use std::ops::Range;
use std::rc::Rc;

use s3_cors::Place;

use super::Source;
use super::names::{Member, Names};
use crate::document::{Bucket, Entry, Further, SourceList, SourceRule};
use crate::finding::{Finding, FindingCode};
use crate::foreign::shown;
use crate::tree::{Kind, Node};
use crate::value::{Knowledge, Value};

/// Rules and entries of one file. An alias costs nothing to repeat.
const MOST_ENTRIES: usize = 100_000;
const MOST_FINDINGS: usize = 10_000;

/// Turns what a format writes instead of values into values.
pub(crate) trait Resolve {
    fn resolve(&self, node: &Rc<Node>, list: bool) -> Rc<Node>;
}

/// For formats that have nothing but values.
pub(crate) struct Plain;

impl Resolve for Plain {
    fn resolve(&self, node: &Rc<Node>, _: bool) -> Rc<Node> {
        Rc::clone(node)
    }
}

/// Reads rules, and keeps what is wrong with them.
pub(crate) struct Rules<'r> {
    source: &'r Source<'r>,
    names: &'static Names,
    resolve: &'r dyn Resolve,
    entries: usize,
    pub(crate) findings: Vec<Finding>,
}

impl<'r> Rules<'r> {
    pub(crate) fn new(
        source: &'r Source<'r>,
        names: &'static Names,
        resolve: &'r dyn Resolve,
    ) -> Self {
        Self {
            source,
            names,
            resolve,
            entries: 0,
            findings: Vec::new(),
        }
    }

    /// A bucket without rules, for the rules that follow.
    pub(crate) fn bucket(&self, name: impl Into<String>, range: &Range<usize>) -> Bucket {
        Bucket {
            name: name.into(),
            span: Some(self.source.lines.span(range)),
            rules: Vec::new(),
            further: None,
            ordered: true,
            max_age_when_left_out: None,
        }
    }

    /// Adds the rules of a list to a bucket.
    pub(crate) fn add_list(&mut self, bucket: &mut Bucket, list: &Rc<Node>) {
        let list = self.resolve.resolve(list, true);
        match &list.kind {
            Kind::List(nodes) => {
                for node in nodes {
                    self.add(bucket, node);
                }
            }
            Kind::Map(_) | Kind::Further(_) => self.add(bucket, &list),
            Kind::Unknown(_) | Kind::Null => self.further(&mut bucket.further, &list),
            Kind::Text(value) if value.knowledge() != Knowledge::Known => {
                self.further(&mut bucket.further, &list);
            }
            Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                let place = Place::of_rule(bucket.rules.len());
                self.wrong_type(bucket, &place, &list, "a list of rules");
            }
        }
    }

    /// Adds a rule to a bucket.
    pub(crate) fn add(&mut self, bucket: &mut Bucket, node: &Rc<Node>) {
        let node = self.resolve.resolve(node, false);
        if !self.counted(&node.range) {
            return;
        }
        match &node.kind {
            Kind::Map(_) => {}
            Kind::Unknown(_) | Kind::Further(_) | Kind::Null => {
                return self.further(&mut bucket.further, &node);
            }
            Kind::List(_) => return self.add_list(bucket, &node),
            Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                let place = Place::of_rule(bucket.rules.len());
                return self.wrong_type(bucket, &place, &node, "a rule");
            }
        }
        let mut rule = SourceRule::new(self.source.lines.span(&node.range));
        let mut seen = Vec::new();
        self.members(bucket, &mut rule, &node, "", &mut seen);
        bucket.rules.push(rule);
    }

    fn members(
        &mut self,
        bucket: &Bucket,
        rule: &mut SourceRule,
        node: &Node,
        within: &str,
        seen: &mut Vec<String>,
    ) {
        for member in node.members() {
            let key = format!("{within}{}", member.key);
            let place = Place::of_rule(bucket.rules.len());
            if seen.contains(&key) {
                let text = format!("`{}` stands here a second time", shown(&key));
                let help = format!("keep one `{}`", shown(&key));
                self.report(
                    FindingCode::DuplicateKey,
                    bucket,
                    &place,
                    &member.key_range,
                    text,
                    help,
                );
                continue;
            }
            seen.push(key.clone());
            match self.names.member(&key) {
                Some(known) => self.member(bucket, rule, known, &member.node),
                None if within.is_empty() && self.names.is_container(&key) => {
                    let inner = self.resolve.resolve(&member.node, false);
                    self.members(bucket, rule, &inner, &format!("{key}."), seen);
                }
                None if self.names.beside.contains(&key.as_str()) => {}
                None => {
                    let text = format!("unknown key `{}`", shown(&key));
                    let known = self.names.members.iter().map(|(name, _)| *name);
                    let help = match self.names.meant_by(&member.key) {
                        Some(meant) => format!("write `{meant}`"),
                        None => format!("a rule has {}", known.collect::<Vec<_>>().join(", ")),
                    };
                    self.report(
                        FindingCode::UnknownKey,
                        bucket,
                        &place,
                        &member.key_range,
                        text,
                        help,
                    );
                }
            }
        }
    }

    fn member(&mut self, bucket: &Bucket, rule: &mut SourceRule, member: Member, node: &Rc<Node>) {
        let index = bucket.rules.len();
        let place = Place::of_member(index, member.s3_key());
        match member {
            Member::Id => rule.id = self.scalar(bucket, &place, node, false),
            Member::MaxAgeSeconds => {
                rule.max_age_seconds = self.scalar(bucket, &place, node, true);
            }
            Member::AllowedOrigins => rule.allowed_origins = self.list(bucket, &place, node),
            Member::AllowedMethods => rule.allowed_methods = self.list(bucket, &place, node),
            Member::AllowedHeaders => rule.allowed_headers = self.list(bucket, &place, node),
            Member::ExposeHeaders => rule.expose_headers = self.list(bucket, &place, node),
            Member::AllowedAndExposed => {
                rule.allowed_headers = self.list(bucket, &place, node);
                rule.expose_headers = rule.allowed_headers.clone();
            }
        }
    }

    fn list(&mut self, bucket: &Bucket, place: &Place, node: &Rc<Node>) -> SourceList {
        let node = self.resolve.resolve(node, true);
        let mut list = SourceList {
            span: Some(self.source.lines.span(&node.range)),
            ..SourceList::default()
        };
        match &node.kind {
            Kind::Null => list.span = None,
            Kind::List(elements) => {
                for element in elements {
                    self.element(bucket, place, element, &mut list);
                }
            }
            Kind::Unknown(_) | Kind::Further(_) => self.further(&mut list.further, &node),
            Kind::Text(value) if value.knowledge() == Knowledge::Unknown => {
                self.further(&mut list.further, &node);
            }
            Kind::Text(value) if self.names.comma_lists => {
                let text = value.known().unwrap_or_default();
                for part in text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                {
                    list.entries.push(Entry {
                        value: Value::literal(part),
                        span: self.source.lines.span(&node.range),
                    });
                }
            }
            _ => {
                self.wrong_type(bucket, place, &node, "a list of strings");
                // Read on as if it stood in a list, so that its value is looked at, too.
                self.element(bucket, place, &node, &mut list);
            }
        }
        list
    }

    fn element(&mut self, bucket: &Bucket, place: &Place, node: &Rc<Node>, list: &mut SourceList) {
        let node = self.resolve.resolve(node, false);
        if !self.counted(&node.range) {
            return;
        }
        match (&node.kind, node.value()) {
            (_, Some(value)) => list.entries.push(Entry {
                value,
                span: self.source.lines.span(&node.range),
            }),
            (Kind::Further(_), None) => self.further(&mut list.further, &node),
            // What a condition leaves out.
            (Kind::Null, None) => {}
            _ => self.wrong_type(bucket, place, &node, "a string"),
        }
    }

    fn scalar(
        &mut self,
        bucket: &Bucket,
        place: &Place,
        node: &Rc<Node>,
        number: bool,
    ) -> Option<Entry> {
        let node = self.resolve.resolve(node, false);
        let entry = |value| Entry {
            value,
            span: self.source.lines.span(&node.range),
        };
        if matches!(node.kind, Kind::Null) {
            return None;
        }
        let Some(value) = node.value() else {
            let needed = if number { "a number" } else { "a string" };
            self.wrong_type(bucket, place, &node, needed);
            return None;
        };
        if number {
            let text = matches!(node.kind, Kind::Text(_)) && !self.names.lenient_numbers;
            let known = value.known();
            let wrong = known.is_some_and(|text| text.trim().parse::<i64>().is_err());
            if wrong || (text && known.is_some()) {
                self.wrong_type(bucket, place, &node, "a whole number");
                return None;
            }
            if let Some(text) = known {
                return Some(entry(Value::literal(text.trim())));
            }
        }
        Some(entry(value))
    }

    fn further(&self, slot: &mut Option<Further>, node: &Node) {
        let name = match &node.kind {
            Kind::Unknown(name) | Kind::Further(name) => name.clone(),
            Kind::Text(value) => value.missing_names().next().unwrap_or_default().to_owned(),
            Kind::Null => return,
            _ => node.type_name().to_owned(),
        };
        slot.get_or_insert(Further {
            name,
            span: self.source.lines.span(&node.range),
        });
    }

    /// Whether there may be one more.
    fn counted(&mut self, range: &Range<usize>) -> bool {
        self.entries += 1;
        if self.entries == MOST_ENTRIES {
            let text = format!("more than {MOST_ENTRIES} rules and entries");
            let help = "S3 takes 100 rules and 64 KB: give a file with fewer";
            let span = Some(self.source.lines.span(range));
            self.findings
                .push(Finding::new(FindingCode::TooMany, span, text, help));
        }
        self.entries < MOST_ENTRIES
    }

    fn wrong_type(&mut self, bucket: &Bucket, place: &Place, node: &Node, needed: &str) {
        let found = self.source.text.get(node.range.clone()).unwrap_or_default();
        let text = format!(
            "{needed} is needed, not {}: {}",
            node.type_name(),
            shown(found)
        );
        let help = match (&node.kind, needed) {
            (Kind::Text(_), "a list of strings") => format!("put it in a list: [{}]", shown(found)),
            _ => format!("write {needed}"),
        };
        self.report(
            FindingCode::WrongType,
            bucket,
            place,
            &node.range,
            text,
            help,
        );
    }

    fn report(
        &mut self,
        code: FindingCode,
        bucket: &Bucket,
        place: &Place,
        range: &Range<usize>,
        text: String,
        help: String,
    ) {
        if self.findings.len() < MOST_FINDINGS {
            let span = Some(self.source.lines.span(range));
            let finding = Finding::new(code, span, text, help);
            self.findings.push(finding.at(&bucket.name, place.clone()));
        }
    }
}
