//! The grammar of JSON (RFC 8259). A text is checked as a whole, and then each of its values is a
//! slice that is taken apart where it is needed. Thus every value has its offset, and a text that is
//! not a configuration takes no memory beyond its own.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::JsonType;

/// Lists and objects within each other.
const MOST_LEVELS: usize = 127;

/// A value of a text that was checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t> {
    slice: &'t str,
    offset: usize,
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct JsonMember<'t> {
    pub(super) key: Cow<'t, str>,
    /// That of the key's opening quote.
    pub(super) offset: usize,
    pub(super) value: Value<'t>,
}

/// Where a text breaks the grammar, and how.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) message: &'static str,
    pub(super) offset: usize,
}

impl<'t> Value<'t> {
    /// The value that a text consists of.
    pub(super) fn of_text(text: &'t str) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new(text);
        scanner.white_space();
        let start = scanner.offset;
        scanner.value()?;
        let end = scanner.offset;
        scanner.white_space();
        if scanner.peek().is_some() {
            return Err(scanner.error("trailing characters"));
        }
        Ok(Self {
            slice: scanner.between(start..end),
            offset: start,
        })
    }

    /// As it is written.
    pub(super) fn as_written(self) -> &'t str {
        self.slice
    }

    /// The bytes of the text that it takes up.
    pub(super) fn range(self) -> Range<usize> {
        self.offset..self.offset + self.slice.len()
    }

    pub(super) fn type_(self) -> JsonType {
        match self.slice.as_bytes().first() {
            Some(b'n') => JsonType::Null,
            Some(b't' | b'f') => JsonType::Boolean,
            Some(b'"') => JsonType::String,
            Some(b'[') => JsonType::List,
            Some(b'{') => JsonType::Object,
            _ if self.integer().is_some() => JsonType::Integer,
            _ => JsonType::Number,
        }
    }

    /// An integer without fraction and exponent. JSON's `-0` is a floating-point number.
    pub(super) fn integer(self) -> Option<i64> {
        let digits = (self.slice != "-0").then_some(self.slice);
        digits.and_then(|digits| digits.parse().ok())
    }

    /// The characters of a string, borrowed if none is escaped.
    ///
    /// # Errors
    ///
    /// Where an escape stands for half a character only.
    pub(super) fn string(self) -> Result<Cow<'t, str>, SyntaxError> {
        match self.slice.get(1..self.slice.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
            _ => {
                let mut characters = String::new();
                Scanner::new(self.slice).string(Some(&mut characters))?;
                Ok(Cow::Owned(characters))
            }
        }
    }

    /// The values of a list.
    pub(super) fn entries(self) -> Vec<Self> {
        let mut entries = Vec::new();
        self.parts(&mut |_, value| entries.push(value));
        entries
    }

    /// The members of an object in the order of the text, including duplicates.
    ///
    /// # Errors
    ///
    /// As [`string`](Self::string), for keys.
    pub(super) fn members(self) -> Result<Vec<JsonMember<'t>>, SyntaxError> {
        let mut parts = Vec::new();
        self.parts(&mut |key, value| parts.push((key, value)));
        let member = |(key, value): (Self, Self)| {
            Ok(JsonMember {
                key: key.string()?,
                offset: key.offset,
                value,
            })
        };
        parts.into_iter().map(member).collect()
    }

    /// Calls `part` with each key and value of an object or a list. The keys of a list are empty.
    fn parts(self, part: &mut dyn FnMut(Self, Self)) {
        let at = |range: Range<usize>| Self {
            offset: self.offset + range.start,
            slice: self.slice.get(range).unwrap_or_default(),
        };
        // It was checked.
        let _ = Scanner::new(self.slice).parts(&mut |key, value| part(at(key), at(value)));
    }
}

struct Scanner<'t> {
    text: &'t str,
    offset: usize,
    level: usize,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            level: 0,
        }
    }

    fn error(&self, message: &'static str) -> SyntaxError {
        SyntaxError {
            message,
            offset: self.offset,
        }
    }

    fn between(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    /// Passes this byte if it is the next one.
    fn pass(&mut self, byte: u8) -> bool {
        let passes = self.peek() == Some(byte);
        self.offset += usize::from(passes);
        passes
    }

    /// Passes bytes while they are of a kind, and returns their number.
    fn pass_all(&mut self, kind: fn(u8) -> bool) -> usize {
        let start = self.offset;
        while self.peek().is_some_and(kind) {
            self.offset += 1;
        }
        self.offset - start
    }

    fn white_space(&mut self) {
        self.pass_all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn value(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(b'{' | b'[') => self.parts(&mut |_, _| {}),
            Some(b'"') => self.string(None),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => {
                let rest = self.text.get(self.offset..).unwrap_or_default();
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word));
                self.offset += word.ok_or_else(|| self.error("expected value"))?.len();
                Ok(())
            }
            None => Err(self.error("EOF while parsing a value")),
        }
    }

    /// Passes an object or a list, and calls `part` with each key and value. The keys of a list are
    /// empty.
    fn parts(
        &mut self,
        part: &mut dyn FnMut(Range<usize>, Range<usize>),
    ) -> Result<(), SyntaxError> {
        let is_object = self.peek() == Some(b'{');
        let (close, unfinished, no_comma) = if is_object {
            (b'}', "EOF while parsing an object", "expected `,` or `}`")
        } else {
            (b']', "EOF while parsing a list", "expected `,` or `]`")
        };
        self.level += 1;
        if self.level > MOST_LEVELS {
            return Err(self.error("lists or objects are nested too deeply"));
        }
        self.offset += 1;
        self.white_space();
        let mut is_first = true;
        while !self.pass(close) {
            if self.peek().is_none() {
                return Err(self.error(unfinished));
            }
            if !is_first {
                if !self.pass(b',') {
                    return Err(self.error(no_comma));
                }
                self.white_space();
                match self.peek() {
                    None => return Err(self.error(unfinished)),
                    Some(byte) if byte == close => return Err(self.error("trailing comma")),
                    Some(_) => {}
                }
            }
            is_first = false;
            let key = self.offset;
            let mut key = key..key;
            if is_object {
                if self.peek() != Some(b'"') {
                    return Err(self.error("key must be a string"));
                }
                self.string(None)?;
                key.end = self.offset;
                self.white_space();
                if !self.pass(b':') {
                    let message = match self.peek() {
                        None => unfinished,
                        Some(_) => "expected `:`",
                    };
                    return Err(self.error(message));
                }
                self.white_space();
            }
            let start = self.offset;
            self.value()?;
            part(key, start..self.offset);
            self.white_space();
        }
        self.level -= 1;
        Ok(())
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        fn is_digit(byte: u8) -> bool {
            byte.is_ascii_digit()
        }
        self.pass(b'-');
        // No number begins with a zero and another digit.
        let mut digits = usize::from(self.pass(b'0'));
        if digits == 0 {
            digits = self.pass_all(is_digit);
        } else if self.peek().is_some_and(is_digit) {
            digits = 0;
        }
        if digits > 0 && self.pass(b'.') {
            digits = self.pass_all(is_digit);
        }
        if digits > 0 && (self.pass(b'e') || self.pass(b'E')) {
            let _sign = self.pass(b'+') || self.pass(b'-');
            digits = self.pass_all(is_digit);
        }
        match (digits, self.peek()) {
            (0, None) => Err(self.error("EOF while parsing a value")),
            (0, Some(_)) => Err(self.error("invalid number")),
            _ => Ok(()),
        }
    }

    /// Passes a string, and appends its characters. Only where these are wanted must its escapes
    /// stand for characters.
    fn string(&mut self, mut characters: Option<&mut String>) -> Result<(), SyntaxError> {
        self.offset += 1;
        loop {
            let start = self.offset;
            self.pass_all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
            if let Some(characters) = &mut characters {
                characters.push_str(self.between(start..self.offset));
            }
            if self.pass(b'"') {
                return Ok(());
            }
            if !self.pass(b'\\') {
                return Err(self.error(match self.peek() {
                    None => "EOF while parsing a string",
                    Some(_) => "control character (\\u0000-\\u001F) found while parsing a string",
                }));
            }
            let escaped = self.escaped()?;
            let Some(characters) = &mut characters else {
                continue;
            };
            // Characters beyond 16 bits are written as two escapes.
            let second = if matches!(escaped, 0xd800..0xdc00) && self.pass(b'\\') {
                Some(self.escaped()?)
            } else {
                None
            };
            for character in char::decode_utf16([escaped].into_iter().chain(second)) {
                characters.push(character.map_err(|_| self.error("lone surrogate in hex escape"))?);
            }
        }
    }

    /// Passes an escape after its backslash, and returns its unit of UTF-16.
    fn escaped(&mut self) -> Result<u16, SyntaxError> {
        let unit = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x8,
            Some(b'f') => 0xc,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.offset += 1;
                return self.four_digits();
            }
            Some(_) => return Err(self.error("invalid escape")),
            None => return Err(self.error("EOF while parsing a string")),
        };
        self.offset += 1;
        Ok(unit.into())
    }
    /// Passes the four hexadecimal digits of an escape.
    fn four_digits(&mut self) -> Result<u16, SyntaxError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().map(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit.flatten() else {
                return Err(self.error(match self.peek() {
                    None => "EOF while parsing a string",
                    Some(_) => "invalid escape",
                }));
            };
            unit = unit << 4 | digit as u16;
            self.offset += 1;
        }
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    /// As `serde_json` reads it: whether it is JSON, and whether its strings are characters.
    fn assert_read_as_by_serde_json(text: &str) {
        let ours = Value::of_text(text);
        let theirs = serde_json::from_str::<&RawValue>(text);
        assert_eq!(
            ours.is_ok(),
            theirs.is_ok(),
            "{text:?}: {ours:?}, {theirs:?}"
        );
        let (Ok(ours), Ok(theirs)) = (ours, theirs) else {
            return;
        };
        assert_eq!(ours.as_written(), theirs.get());
        assert_eq!(text.get(ours.range()), Some(theirs.get()));
        assert_same(ours, theirs);
    }

    fn assert_same(ours: Value<'_>, theirs: &RawValue) {
        assert_eq!(ours.as_written(), theirs.get());
        match ours.type_() {
            JsonType::String => {
                let theirs: Option<String> = serde_json::from_str(theirs.get()).ok();
                assert_eq!(ours.string().ok().map(Cow::into_owned), theirs);
            }
            JsonType::List => {
                let theirs: Vec<&RawValue> = serde_json::from_str(theirs.get()).expect("a list");
                let entries = ours.entries();
                assert_eq!(entries.len(), theirs.len());
                for (ours, theirs) in entries.into_iter().zip(theirs) {
                    assert_same(ours, theirs);
                }
            }
            JsonType::Object => {
                let theirs: Option<std::collections::BTreeMap<String, &RawValue>> =
                    serde_json::from_str(theirs.get()).ok();
                let members = ours.members().ok();
                assert_eq!(members.is_some(), theirs.is_some(), "{}", ours.as_written());
                let (Some(members), Some(theirs)) = (members, theirs) else {
                    return;
                };
                // The last of several members with the same key.
                for member in members.into_iter().rev() {
                    assert!(theirs.contains_key(&*member.key));
                }
            }
            JsonType::Integer => {
                let theirs: Option<i64> = serde_json::from_str(theirs.get()).ok();
                assert_eq!(ours.integer(), theirs);
            }
            JsonType::Number => assert!(serde_json::from_str::<i64>(theirs.get()).is_err()),
            JsonType::Boolean => assert!(serde_json::from_str::<bool>(theirs.get()).is_ok()),
            JsonType::Null => assert_eq!(theirs.get(), "null"),
            other => panic!("no value has the type {other:?}"),
        }
    }

    #[test]
    fn the_grammar_is_that_of_serde_json() {
        let numbers = [
            "0",
            "-0",
            "-",
            "00",
            "01",
            "-01",
            "1.",
            "1.0",
            ".5",
            "1e5",
            "1E+5",
            "1e-5",
            "1e",
            "1e+",
            "1.5e3",
            "+1",
            "0x1",
            "9223372036854775807",
            "9223372036854775808",
            "1 2",
            "1a",
            "-0.0",
        ];
        let words = [
            "null",
            "nul",
            "nullx",
            "true",
            "false",
            "True",
            "NaN",
            "",
            " ",
            "\u{feff}1",
        ];
        let strings = [
            r#""""#,
            r#"" "#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\x""#,
            r#""\u00e4""#,
            r#""\u00E4""#,
            r#""\u00g4""#,
            r#""\u00""#,
            r#""\u"#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83d\n""#,
            r#""\ud83dx""#,
            r#""\ud83d\ud83d\ude00""#,
            r#""\ud83d\u0041""#,
            "\"\t\"",
            "\"\u{7f}\u{e9}\u{1f600}\"",
            r#"'a'"#,
            r#""\"#,
        ];
        let containers = [
            "[]",
            "[ ]",
            "[1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "[1",
            "[1,",
            "]",
            "[[]]",
            "[[]",
            "[]]",
            "{}",
            "{ }",
            r#"{"a":1}"#,
            r#"{"a" : 1 , "b":2}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{a:1}"#,
            "{1:1}",
            r#"{,}"#,
            "{",
            r#"{"a""#,
            r#"{"a":"#,
            r#"{"a":1"#,
            r#"{"a":1,"#,
            "}",
            r#"{"a":1 "b":2}"#,
            r#"{"a":1]"#,
            "[1}",
            r#"{"\ud800":1}"#,
            r#"{"\u0061":1,"a":2}"#,
            "// a\n[]",
            "[] // a",
            "[1/* a */]",
            "\u{b}[]",
            "[\n1\r\n,\t2 ]",
        ];
        for text in numbers
            .iter()
            .chain(&words)
            .chain(&strings)
            .chain(&containers)
        {
            assert_read_as_by_serde_json(text);
            assert_read_as_by_serde_json(&format!(" [{text} , {text}]\n"));
            assert_read_as_by_serde_json(&format!("{{\"a\":{text}}}"));
        }
    }

    #[test]
    fn lists_and_objects_nest_as_deep_as_serde_json_reads_them_into_values() {
        for levels in 120..135 {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let text = open.repeat(levels) + "1" + &close.repeat(levels);
                let theirs = serde_json::from_str::<serde_json::Value>(&text);
                assert_eq!(Value::of_text(&text).is_ok(), theirs.is_ok(), "{levels}");
            }
        }
    }

    #[test]
    fn the_grammar_of_random_texts_is_that_of_serde_json() {
        const PIECES: [&str; 24] = [
            "{", "}", "[", "]", ",", ",", ":", ":", "\"", "\"a\"", "\"b\":", "\\", "\\u00e4",
            "\\ud800", "\\udc00", "1", "-", "0", ".5", "e1", "null", "true", " ", "\n",
        ];
        // Xorshift.
        let mut state = 0x9e37_79b9_u32;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as usize % below
        };
        let mut accepted = 0;
        for _ in 0..200_000 {
            let length = random(9);
            let text: String = (0..length).map(|_| PIECES[random(PIECES.len())]).collect();
            for text in [
                text.clone(),
                format!("[{text}]"),
                format!("{{\"a\":\"{text}\"}}"),
            ] {
                assert_read_as_by_serde_json(&text);
                accepted += usize::from(Value::of_text(&text).is_ok());
            }
        }
        assert!(accepted > 50_000, "only {accepted} texts were JSON");
    }

    #[test]
    fn a_fault_is_where_the_text_stops_being_json() {
        let rows = [
            ("[1,\n]", 4, "trailing comma"),
            ("{\"a\":1,}", 7, "trailing comma"),
            ("[1 2]", 3, "expected `,` or `]`"),
            ("{\"a\":1 2}", 7, "expected `,` or `}`"),
            ("{\"a\" 1}", 5, "expected `:`"),
            ("{1:1}", 1, "key must be a string"),
            ("[1] x", 4, "trailing characters"),
            ("[\"a", 3, "EOF while parsing a string"),
            ("[\"\\u12", 6, "EOF while parsing a string"),
            ("[1,", 3, "EOF while parsing a list"),
            ("{\"a\"", 4, "EOF while parsing an object"),
            ("{\"a\":", 5, "EOF while parsing a value"),
            ("[01]", 2, "invalid number"),
            ("[\"\\x\"]", 3, "invalid escape"),
            ("[tru]", 1, "expected value"),
        ];
        for (text, offset, message) in rows {
            let error = Value::of_text(text).err();
            assert_eq!(error, Some(SyntaxError { message, offset }), "{text:?}");
        }
    }
}
