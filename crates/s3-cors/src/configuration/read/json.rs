//! The JSON dialects. Values are kept as slices of the text, so that each has its line and column.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Reading, line_start, list_of, without_position};
use crate::configuration::CorsRule;
use crate::configuration::dialect::{Dialect, Member, wrapping};
use crate::error::{JsonType, Place, Problem, ProblemKind};

pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

pub(super) fn read(text: &str) -> Reading {
    let document: &RawValue = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            // Only a full parse tells a trailing comma from other mistakes.
            let apart = serde_json::from_str::<serde_json::Value>(text).err();
            let apart = apart.filter(|error| error.to_string().starts_with("trailing comma"));
            let (problem, offset) = syntax(&apart.unwrap_or(error), text);
            return Reading::failed(problem, offset);
        }
    };
    let mut reader = Reader {
        text,
        dialect: Dialect::Console,
        reading: Reading::default(),
    };
    reader.document(document);
    reader.reading
}

struct Reader<'t> {
    text: &'t str,
    dialect: Dialect,
    reading: Reading,
}

/// Keys that SDKs put beside a configuration in their responses and requests. They have nothing to
/// do with CORS.
const BESIDE_THE_RULES: [&str; 2] = ["ResponseMetadata", "$metadata"];
const BESIDE_THE_CONFIGURATION: [&str; 4] = [
    "Bucket",
    "ContentMD5",
    "ChecksumAlgorithm",
    "ExpectedBucketOwner",
];

impl<'t> Reader<'t> {
    fn document(&mut self, document: &'t RawValue) {
        if type_of(document) == JsonType::List {
            return self.rules(document, Place::document());
        }
        let Some(members) = self.object(document, &Place::document()) else {
            return;
        };
        let wraps = |member: &JsonMember<'_>| {
            [
                "CORSRules",
                "CORSConfiguration",
                "CorsRules",
                "CorsConfiguration",
            ]
            .contains(&member.key.as_ref())
        };
        let of_rule = |member: &JsonMember<'_>| Member::meant_by(&member.key).is_some();
        if members.iter().any(of_rule) && !members.iter().any(wraps) {
            return self.report(ProblemKind::BareRule, Place::document(), document);
        }
        let has = |key: &str| members.iter().any(|member| member.key == key);
        self.dialect = if has("CORSConfiguration") {
            Dialect::CliInput
        } else if has("CorsConfiguration") || has("CorsRules") {
            Dialect::CloudFormation
        } else {
            Dialect::Cli
        };
        let (rules, wrapper) = wrapping(self.dialect);
        match wrapper {
            Some(wrapper) if has(wrapper) => {
                let beside: &[&str] = match self.dialect {
                    Dialect::CliInput => &BESIDE_THE_CONFIGURATION,
                    _ => &[],
                };
                for member in self.each_once(members) {
                    if member.key == wrapper {
                        let place = Place::key_of_document(wrapper);
                        if type_of(member.value) == JsonType::List {
                            let kind = ProblemKind::BareRules { key: rules };
                            self.report(kind, place, member.value);
                        } else if let Some(members) = self.object(member.value, &place) {
                            self.members_with_rules(members, rules);
                        }
                    } else if !beside.contains(&&*member.key) {
                        self.unknown_in_document(&member, wrapper);
                    }
                }
            }
            _ => self.members_with_rules(members, rules),
        }
    }

    fn members_with_rules(&mut self, members: Vec<JsonMember<'t>>, rules: &'static str) {
        for member in self.each_once(members) {
            if member.key == rules {
                self.rules(member.value, Place::key_of_document(rules));
            } else if !BESIDE_THE_RULES.contains(&&*member.key) {
                self.unknown_in_document(&member, rules);
            }
        }
    }

    /// The members of the document without duplicates, which are reported.
    fn each_once(&mut self, members: Vec<JsonMember<'t>>) -> Vec<JsonMember<'t>> {
        let mut seen = HashSet::new();
        let mut once = Vec::new();
        for member in members {
            if seen.insert(member.key.clone()) {
                once.push(member);
            } else {
                let key = member.key.to_string();
                let place = Place::key_of_document(key.clone());
                let offset = self.key_offset(&member);
                self.report_at(ProblemKind::DuplicateKey { key }, place, offset);
            }
        }
        once
    }

    /// Another dialect's name for the list of rules, or any other unknown key (F122).
    fn unknown_in_document(&mut self, member: &JsonMember<'t>, meant: &'static str) {
        let folded = member.key.to_ascii_lowercase().replace(['_', '-'], "");
        let like_rules = matches!(
            folded.as_str(),
            "corsrules" | "corsrule" | "rules" | "cors" | "corsconfiguration"
        );
        let key = member.key.to_string();
        let place = Place::key_of_document(key.clone());
        let meant = match member.key.as_ref() {
            key if key.eq_ignore_ascii_case("CORSConfiguration") => Some("CORSConfiguration"),
            _ => like_rules.then_some(meant),
        };
        let offset = self.key_offset(member);
        self.report_at(ProblemKind::UnknownKey { key, meant }, place, offset);
    }

    fn rules(&mut self, value: &'t RawValue, place: Place) {
        let Some(rules) = self.list(value, &place, JsonType::List) else {
            return;
        };
        if let Some(objects) = self.split_rule(&rules) {
            return self.report(ProblemKind::SplitRule { objects }, place, value);
        }
        for (index, value) in rules.into_iter().enumerate() {
            if !self.reading.reads_rule() {
                continue;
            }
            let place = Place::of_rule(index);
            self.mark(place.clone(), value);
            let rule = self.rule(value, &place);
            self.reading.config.cors_rules.push(rule);
        }
    }

    /// Several objects with one known key each, all different: a rule that was split into pieces
    /// (F127).
    fn split_rule(&self, rules: &[&'t RawValue]) -> Option<usize> {
        let mut seen = Vec::new();
        for rule in rules {
            let members: Members<'_> = serde_json::from_str(rule.get()).ok()?;
            let [only] = &members.0[..] else {
                return None;
            };
            let member = Member::named(&only.key, self.dialect)?;
            if seen.contains(&member) {
                return None;
            }
            seen.push(member);
        }
        (seen.len() > 1).then_some(seen.len())
    }

    /// Names of another dialect are told with the right one (F123).
    fn rule(&mut self, value: &'t RawValue, place: &Place) -> CorsRule {
        let mut rule = CorsRule::default();
        let mut seen = Vec::new();
        for member in self.object(value, place).unwrap_or_default() {
            let JsonMember { ref key, value } = member;
            let known = Member::named(key, self.dialect);
            let offset = self.key_offset(&member);
            let key_place = place.clone().key_in_rule(key.to_string());
            let key = key.to_string();
            let member = known.or_else(|| Member::meant_by(&key));
            if known.is_none() {
                let meant = member.map(|member| member.key(self.dialect));
                let key = key.clone();
                self.report_at(
                    ProblemKind::UnknownKey { key, meant },
                    key_place.clone(),
                    offset,
                );
            }
            let Some(member) = member else {
                continue;
            };
            if seen.contains(&member) {
                if known.is_some() {
                    self.report_at(ProblemKind::DuplicateKey { key }, key_place, offset);
                }
                continue;
            }
            seen.push(member);
            let place = place.clone().key_in_rule(member.s3_key());
            self.mark(place.clone(), value);
            match member {
                Member::Id => rule.id = self.typed(value, place, JsonType::String),
                // Neither a string nor a fraction (F125).
                Member::MaxAgeSeconds => {
                    rule.max_age_seconds = self.typed(value, place, JsonType::Integer);
                }
                _ => {
                    let entries = self.strings(value, &place);
                    if let Some(list) = list_of(&mut rule, member) {
                        *list = entries;
                    }
                }
            }
        }
        // CloudFormation sends it all the same (F190).
        if self.dialect == Dialect::CloudFormation && !seen.contains(&Member::MaxAgeSeconds) {
            rule.max_age_seconds = Some(0);
        }
        rule
    }

    /// A single string is no list (F124).
    fn strings(&mut self, value: &'t RawValue, place: &Place) -> Vec<String> {
        let Some(entries) = self.list(value, place, JsonType::ListOfStrings) else {
            return Vec::new();
        };
        let mut strings = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let place = place.clone().entry_at(index);
            self.mark(place.clone(), entry);
            // An entry that is not a string keeps its place, so that later entries keep their
            // indexes.
            strings.push(
                self.typed(entry, place, JsonType::String)
                    .unwrap_or_default(),
            );
        }
        strings
    }

    fn object(&mut self, value: &'t RawValue, place: &Place) -> Option<Vec<JsonMember<'t>>> {
        self.typed::<Members<'t>>(value, place.clone(), JsonType::Object)
            .map(|members| members.0)
    }

    fn list(
        &mut self,
        value: &'t RawValue,
        place: &Place,
        expected: JsonType,
    ) -> Option<Vec<&'t RawValue>> {
        if type_of(value) == JsonType::List {
            return self.typed(value, place.clone(), JsonType::List);
        }
        self.wrong_type(value, place.clone(), expected);
        None
    }

    fn typed<T: Deserialize<'t>>(
        &mut self,
        value: &'t RawValue,
        place: Place,
        expected: JsonType,
    ) -> Option<T> {
        if type_of(value) != expected {
            self.wrong_type(value, place, expected);
            return None;
        }
        match serde_json::from_str(value.get()) {
            Ok(typed) => Some(typed),
            // The text was already parsed; only escapes that stand for no character can fail here.
            Err(error) => {
                let message = without_position(&error, " at line ");
                let language = "JSON";
                self.report(ProblemKind::Syntax { language, message }, place, value);
                None
            }
        }
    }

    fn wrong_type(&mut self, value: &RawValue, place: Place, expected: JsonType) {
        let kind = ProblemKind::WrongType {
            expected,
            found: type_of(value),
            value: value.get().into(),
        };
        self.report(kind, place, value);
    }

    fn mark(&mut self, place: Place, value: &RawValue) {
        let start = self.offset(value.get());
        self.reading.mark(place, start..start + value.get().len());
    }

    fn report(&mut self, kind: ProblemKind, place: Place, value: &RawValue) {
        self.report_at(kind, place, self.offset(value.get()));
    }

    fn report_at(&mut self, kind: ProblemKind, place: Place, offset: usize) {
        self.reading.report(Problem::new(kind, place), offset);
    }

    /// Where a member begins: at its key's opening quote, or at its value if the key has escapes
    /// and so is not a slice of the text.
    fn key_offset(&self, member: &JsonMember<'_>) -> usize {
        match member.key {
            Cow::Borrowed(key) => self.offset(key).saturating_sub(1),
            Cow::Owned(_) => self.offset(member.value.get()),
        }
    }

    /// The offset of a slice within the text.
    fn offset(&self, slice: &str) -> usize {
        (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }
}

fn type_of(value: &RawValue) -> JsonType {
    match value.get().as_bytes().first() {
        Some(b'n') => JsonType::Null,
        Some(b't' | b'f') => JsonType::Boolean,
        Some(b'"') => JsonType::String,
        Some(b'[') => JsonType::List,
        Some(b'{') => JsonType::Object,
        // The parser reads this as a floating-point number.
        _ if value.get() == "-0" => JsonType::Number,
        _ if value.get().parse::<i64>().is_ok() => JsonType::Integer,
        _ => JsonType::Number,
    }
}

fn syntax(error: &serde_json::Error, text: &str) -> (Problem, usize) {
    // The parser's column counts bytes.
    let offset = line_start(text, error.line()) + error.column().saturating_sub(1);
    let at = text.get(offset..).unwrap_or_default();
    let comment = ["//", "/*", "#"].iter().any(|mark| at.starts_with(mark));
    // Within a string these do not start a comment.
    let words = error.to_string();
    let between = words.starts_with("expected") || words.starts_with("key must be");
    let message = if comment && between {
        "a comment, which JSON does not allow".into()
    } else {
        without_position(error, " at line ")
    };
    let language = "JSON";
    let kind = ProblemKind::Syntax { language, message };
    (Problem::unplaced(kind), offset)
}

/// An object's members in the order of the text, including duplicates.
struct Members<'t>(Vec<JsonMember<'t>>);

struct JsonMember<'t> {
    key: Cow<'t, str>,
    value: &'t RawValue,
}

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push(JsonMember { key, value });
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A key, borrowed from the text if it has no escapes.
struct Key<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(key))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(key.into()))
            }
        }
        deserializer.deserialize_str(Borrowing).map(Self)
    }
}
