//! YAML with the place of every value. `CloudFormation`'s short tags become their long forms, so
//! that `!Ref X` and `{"Ref": "X"}` are one thing.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::{MOST_LEVELS, SyntaxError};
use crate::tree::{Kind, Member, Node};
use crate::value::Value;

/// The documents of a stream.
///
/// An alias shares what its anchor names, so however often it is repeated, it takes no room; what
/// goes through a tree counts its steps.
pub(crate) fn parse(text: &str) -> Result<Vec<Rc<Node>>, SyntaxError> {
    if let Some(offset) = flow_too_deep(text) {
        return Err(SyntaxError::too_deep(offset));
    }
    let mut builder = Builder {
        offsets: Offsets::new(text),
        text,
        stack: Vec::new(),
        anchors: HashMap::new(),
        documents: Vec::new(),
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let offset = builder.offsets.byte(error.marker().index());
                return Err(SyntaxError::new(error.info(), offset));
            }
        }
    }
    Ok(builder.documents)
}

/// The parser goes deep for nested brackets before it hands out an event.
fn flow_too_deep(text: &str) -> Option<usize> {
    // Brackets in strings and comments are counted, too: a template has nowhere near as many open.
    const MOST: usize = 1000;
    let mut open = 0_usize;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => continue,
        }
        if open > MOST {
            return Some(offset);
        }
    }
    None
}

/// The parser counts characters.
struct Offsets(Option<Vec<usize>>);

impl Offsets {
    fn new(text: &str) -> Self {
        let offsets = || text.char_indices().map(|(offset, _)| offset);
        Self((!text.is_ascii()).then(|| offsets().chain([text.len()]).collect()))
    }

    fn byte(&self, character: usize) -> usize {
        match &self.0 {
            None => character,
            Some(offsets) => *offsets.get(character).or(offsets.last()).unwrap_or(&0),
        }
    }
}

struct Builder<'t> {
    offsets: Offsets,
    text: &'t str,
    stack: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    documents: Vec<Rc<Node>>,
}

/// A collection that is not complete yet.
struct Open {
    start: usize,
    anchor: usize,
    tag: Option<String>,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map(Vec<Member>, Option<Rc<Node>>),
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), SyntaxError> {
        let start = self.offsets.byte(span.start.index());
        let end = self.offsets.byte(span.end.index()).max(start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                let kind = scalar(&text, style == ScalarStyle::Plain, tag);
                let node = with_tag(Node::new(kind, start..end), local(tag), start);
                self.complete(Rc::new(node), anchor);
            }
            Event::SequenceStart(anchor, tag) => {
                let content = Content::List(Vec::new());
                self.open(start, anchor, local(tag.as_deref()), content)?;
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Map(Vec::new(), None);
                self.open(start, anchor, local(tag.as_deref()), content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => self.add(Rc::clone(node)),
                None => return Err(SyntaxError::new("an alias within its own anchor", start)),
            },
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        start: usize,
        anchor: usize,
        tag: Option<String>,
        content: Content,
    ) -> Result<(), SyntaxError> {
        if self.stack.len() >= MOST_LEVELS {
            return Err(SyntaxError::too_deep(start));
        }
        self.stack.push(Open {
            start,
            anchor,
            tag,
            content,
        });
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.stack.pop() else { return };
        let kind = match open.content {
            Content::List(nodes) => Kind::List(nodes),
            Content::Map(members, _) => Kind::Map(merged(members)),
        };
        let range = open.start..self.without_blanks(open.start, end);
        let node = with_tag(Node::new(kind, range), open.tag, open.start);
        self.complete(Rc::new(node), open.anchor);
    }

    /// A block ends where the next one begins; what is between them does not belong to it.
    fn without_blanks(&self, start: usize, end: usize) -> usize {
        let text = self.text.get(start..end).unwrap_or_default();
        start + text.trim_end().len()
    }

    fn complete(&mut self, node: Rc<Node>, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.add(node);
    }

    fn add(&mut self, node: Rc<Node>) {
        match self.stack.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Map(members, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => members.push(Member {
                    key: key
                        .value()
                        .and_then(|v| v.known().map(str::to_owned))
                        .unwrap_or_default(),
                    key_range: key.range.clone(),
                    node,
                }),
            },
        }
    }
}

/// `<<: *anchor`: the members of another map, but not those that stand here.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| member.key == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|m| m.key == "<<");
    for merge in merges {
        let others: Vec<&Rc<Node>> = match &merge.node.kind {
            Kind::List(nodes) => nodes.iter().take(MOST_LEVELS).collect(),
            _ => vec![&merge.node],
        };
        for member in others.into_iter().flat_map(|other| other.members()) {
            if own.len() < 1000 && !own.iter().any(|known| known.key == member.key) {
                own.push(member.clone());
            }
        }
    }
    own
}

fn local(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty())
        .map(|tag| tag.suffix.clone())
}

/// `!Sub x` as `{"Fn::Sub": x}`.
fn with_tag(node: Node, tag: Option<String>, start: usize) -> Node {
    let Some(tag) = tag else { return node };
    let key = match tag.as_str() {
        "Ref" | "Condition" => tag,
        _ => format!("Fn::{tag}"),
    };
    let range: Range<usize> = start..node.range.end;
    let member = Member {
        key,
        key_range: start..start,
        node: Rc::new(node),
    };
    Node::new(Kind::Map(vec![member]), range)
}

/// YAML 1.1's types, as far as `CloudFormation` knows them.
fn scalar(text: &str, plain: bool, tag: Option<&Tag>) -> Kind {
    let tagged = tag.filter(|tag| tag.is_yaml_core_schema());
    let plain = plain && tagged.is_none_or(|tag| tag.suffix != "str");
    match text {
        "" | "~" | "null" | "Null" | "NULL" if plain => Kind::Null,
        "true" | "True" | "TRUE" if plain => Kind::Bool(true),
        "false" | "False" | "FALSE" if plain => Kind::Bool(false),
        number if plain && is_number(number) => Kind::Number(number.to_owned()),
        _ => Kind::Text(Value::literal(text)),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.parse::<f64>().is_ok()
}
