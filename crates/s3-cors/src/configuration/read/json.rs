//! The JSON dialects.

use std::collections::HashSet;

use super::json_text::{JsonMember, SyntaxError, Value};
use super::{Reading, list_of};
use crate::configuration::CorsRule;
use crate::configuration::dialect::{Dialect, Member, wrapping};
use crate::error::{JsonType, Place, Problem, ProblemKind};

pub(super) fn is_json(text: &str) -> bool {
    Value::of_text(text).is_ok()
}

pub(super) fn read(text: &str) -> Reading {
    let document = match Value::of_text(text) {
        Ok(document) => document,
        Err(error) => {
            let kind = syntax(&error, text);
            return Reading::failed(Problem::unplaced(kind), error.offset);
        }
    };
    let mut reader = Reader {
        dialect: Dialect::Console,
        reading: Reading::default(),
    };
    reader.document(document);
    reader.reading
}

struct Reader {
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

impl Reader {
    fn document(&mut self, document: Value<'_>) {
        if document.type_() == JsonType::List {
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
                        if member.value.type_() == JsonType::List {
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

    fn members_with_rules(&mut self, members: Vec<JsonMember<'_>>, rules: &'static str) {
        for member in self.each_once(members) {
            if member.key == rules {
                self.rules(member.value, Place::key_of_document(rules));
            } else if !BESIDE_THE_RULES.contains(&&*member.key) {
                self.unknown_in_document(&member, rules);
            }
        }
    }

    /// The members of the document without duplicates, which are reported.
    fn each_once<'t>(&mut self, members: Vec<JsonMember<'t>>) -> Vec<JsonMember<'t>> {
        // Of bytes, as in `merge_vary`, so that this set is compiled once.
        let mut seen = HashSet::new();
        let mut once = Vec::new();
        for member in members {
            if seen.insert(member.key.as_bytes().to_vec()) {
                once.push(member);
            } else {
                let key = member.key.to_string();
                let place = Place::key_of_document(key.clone());
                let offset = member.offset;
                self.report_at(ProblemKind::DuplicateKey { key }, place, offset);
            }
        }
        once
    }

    /// Another dialect's name for the list of rules, or any other unknown key (F122).
    fn unknown_in_document(&mut self, member: &JsonMember<'_>, meant: &'static str) {
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
        let offset = member.offset;
        self.report_at(ProblemKind::UnknownKey { key, meant }, place, offset);
    }

    fn rules(&mut self, value: Value<'_>, place: Place) {
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
    fn split_rule(&self, rules: &[Value<'_>]) -> Option<usize> {
        let mut seen = Vec::new();
        for rule in rules {
            if rule.type_() != JsonType::Object {
                return None;
            }
            let members = rule.members().ok()?;
            let [only] = &members[..] else {
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
    fn rule(&mut self, value: Value<'_>, place: &Place) -> CorsRule {
        let mut rule = CorsRule::default();
        let mut seen = Vec::new();
        for member in self.object(value, place).unwrap_or_default() {
            let JsonMember { key, offset, value } = member;
            let known = Member::named(&key, self.dialect);
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
                Member::Id => rule.id = self.string(value, &place),
                Member::MaxAgeSeconds => rule.max_age_seconds = self.integer(value, &place),
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
    fn strings(&mut self, value: Value<'_>, place: &Place) -> Vec<String> {
        let Some(entries) = self.list(value, place, JsonType::ListOfStrings) else {
            return Vec::new();
        };
        let mut strings = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let place = place.clone().entry_at(index);
            self.mark(place.clone(), entry);
            // An entry that is not a string keeps its place, so that later entries keep their
            // indexes.
            strings.push(self.string(entry, &place).unwrap_or_default());
        }
        strings
    }

    fn object<'t>(&mut self, value: Value<'t>, place: &Place) -> Option<Vec<JsonMember<'t>>> {
        self.expect(JsonType::Object, value, place)?;
        self.unless_faulty(value.members(), value, place)
    }

    fn list<'t>(
        &mut self,
        value: Value<'t>,
        place: &Place,
        expected: JsonType,
    ) -> Option<Vec<Value<'t>>> {
        if value.type_() == JsonType::List {
            return Some(value.entries());
        }
        self.wrong_type(value, place, expected);
        None
    }

    fn string(&mut self, value: Value<'_>, place: &Place) -> Option<String> {
        self.expect(JsonType::String, value, place)?;
        let string = self.unless_faulty(value.string(), value, place)?;
        Some(string.into_owned())
    }

    /// Neither a string nor a fraction (F125).
    fn integer(&mut self, value: Value<'_>, place: &Place) -> Option<i64> {
        self.expect(JsonType::Integer, value, place)?;
        value.integer()
    }

    #[inline(never)] // See `Reading`.
    fn expect(&mut self, expected: JsonType, value: Value<'_>, place: &Place) -> Option<()> {
        if value.type_() == expected {
            return Some(());
        }
        self.wrong_type(value, place, expected);
        None
    }

    fn unless_faulty<T>(
        &mut self,
        result: Result<T, SyntaxError>,
        value: Value<'_>,
        place: &Place,
    ) -> Option<T> {
        if let Err(error) = &result {
            let message = error.message.into();
            let language = "JSON";
            let kind = ProblemKind::Syntax { language, message };
            self.report(kind, place.clone(), value);
        }
        result.ok()
    }

    #[inline(never)] // See `Reading`.
    fn wrong_type(&mut self, value: Value<'_>, place: &Place, expected: JsonType) {
        let kind = ProblemKind::WrongType {
            expected,
            found: value.type_(),
            value: value.as_written().into(),
        };
        self.report(kind, place.clone(), value);
    }

    #[inline(never)] // See `Reading`.
    fn mark(&mut self, place: Place, value: Value<'_>) {
        self.reading.mark(place, value.range());
    }

    fn report(&mut self, kind: ProblemKind, place: Place, value: Value<'_>) {
        self.report_at(kind, place, value.range().start);
    }

    #[inline(never)] // See `Reading`.
    fn report_at(&mut self, kind: ProblemKind, place: Place, offset: usize) {
        self.reading.report(Problem::new(kind, place), offset);
    }
}

fn syntax(error: &SyntaxError, text: &str) -> ProblemKind {
    let at = text.get(error.offset..).unwrap_or_default();
    let comment = ["//", "/*", "#"].iter().any(|mark| at.starts_with(mark));
    // Within a string these do not start a comment.
    let between = error.message.starts_with("expected") || error.message.starts_with("key must be");
    let message = if comment && between {
        "a comment, which JSON does not allow"
    } else {
        error.message
    };
    ProblemKind::Syntax {
        language: "JSON",
        message: message.into(),
    }
}
