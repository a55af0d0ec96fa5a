//! Text → configuration: recognise the dialect by its content, read it, check it.

mod json;
mod json_text;
#[cfg(feature = "xml")]
mod xml;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use super::check::{self, Owner};
use super::dialect::Member;
use super::{CorsConfiguration, CorsRule};
use crate::error::{ConfigError, MOST_PROBLEMS, Place, Positions, Problem, ProblemKind};
use crate::limits::MAX_TEXT_BYTES;

type Problems = Vec<Problem>;

/// Reads to the end, but no more bytes than any configuration has.
pub(crate) fn bytes(reader: impl Read) -> Result<Vec<u8>, Problems> {
    let mut bytes = Vec::new();
    // One byte beyond the limit tells a text that is too long from one that just fits.
    let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX) + 1;
    match reader.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(vec![Problem::unplaced(ProblemKind::unreadable(error))]),
    }
}

/// What a file says. Errors name the file.
pub(crate) fn file<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    File::open(path)
        .map_err(ConfigError::unreadable)
        .and_then(|file| bytes(file).map_err(ConfigError::new))
        .and_then(|bytes| parse(&bytes))
        .map_err(|error| error.in_file(path))
}

/// The positions of rules, members and entries, as ranges of bytes.
pub(crate) type Spots = HashMap<Place, Range<usize>>;

/// Bytes → checked configuration, or everything that is wrong with it.
pub(crate) fn configuration(bytes: &[u8], owner: Owner) -> Result<CorsConfiguration, Problems> {
    located(bytes, owner).map(|located| located.configuration)
}

/// A checked configuration, the text it was read from, and the positions of its parts.
pub(crate) struct LocatedIn<'t> {
    pub(crate) configuration: CorsConfiguration,
    pub(crate) text: &'t str,
    pub(crate) spots: Spots,
}

/// Bytes → checked configuration with the positions of its parts, or everything that is wrong.
pub(crate) fn located(bytes: &[u8], owner: Owner) -> Result<LocatedIn<'_>, Problems> {
    let fault = |kind| Err(vec![Problem::unplaced(kind)]);
    if bytes.len() > MAX_TEXT_BYTES {
        return fault(ProblemKind::TextTooLong);
    }
    // PowerShell's `>` writes UTF-16. JSON and XML begin with ASCII, so half of it is zeros.
    let utf16 = matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..]
    );
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !utf16 => text,
        Ok(_) => return fault(ProblemKind::NotUtf8 { utf16 }),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let valid = std::str::from_utf8(valid).unwrap_or_default();
            let problem = Problem::unplaced(ProblemKind::NotUtf8 { utf16 });
            return Err(vec![problem.at(Positions::new(valid).at(valid.len()))]);
        }
    };
    // Windows editors begin UTF-8 files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reading = match text.trim_start().chars().next() {
        None => return fault(ProblemKind::Empty),
        Some('[' | '{') => json::read(text),
        #[cfg(feature = "xml")]
        Some('<') => xml::read(text),
        #[cfg(not(feature = "xml"))]
        Some('<') => return fault(ProblemKind::XmlNotEnabled),
        Some('n' | 't' | 'f' | '"' | '-' | '0'..='9') if json::is_json(text) => json::read(text),
        Some(_) => {
            let looks_like = looks_like(text.trim_start());
            return fault(ProblemKind::NeitherJsonNorXml { looks_like });
        }
    };
    reading.checked(text, owner)
}

/// Other formats that people mistake for JSON.
fn looks_like(text: &str) -> Option<&'static str> {
    let first_line = text.lines().next().unwrap_or_default().trim_end();
    if ["//", "/*", "#"].iter().any(|mark| text.starts_with(mark)) {
        Some("a comment")
    } else if text.starts_with("An error occurred") {
        Some("an error message of the AWS CLI")
    } else if first_line == "---" || first_line.ends_with(':') || first_line.starts_with("- ") {
        Some("YAML")
    } else {
        None
    }
}

/// The result of reading a dialect: as much of the configuration as could be read, the positions of
/// its parts, and the problems found.
///
/// What many places call to note a part or a problem is not inlined there: that made every app 14 KB
/// larger.
#[derive(Default)]
struct Reading {
    config: CorsConfiguration,
    /// Rules that are counted only.
    unread_rules: usize,
    spots: Spots,
    problems: Vec<Found>,
}

/// S3 allows a hundred rules with a few thousand entries. Of a text with more, only the first are
/// checked, and the rest are counted: a megabyte of mistakes must not take a hundred of memory.
const MOST_RULES: usize = 10_000;
const MOST_SPOTS: usize = 20_000;

/// A problem and its byte offset.
struct Found {
    problem: Problem,
    offset: Option<usize>,
}

impl Reading {
    /// Nothing could be read.
    fn failed(problem: Problem, offset: usize) -> Self {
        let mut reading = Self::default();
        reading.report(problem, offset);
        reading
    }

    #[inline(never)] // See `Reading`.
    fn mark(&mut self, place: Place, range: Range<usize>) {
        if self.spots.len() < MOST_SPOTS {
            self.spots.insert(place, range);
        }
    }

    /// Whether there is room for another rule; else it is counted.
    fn reads_rule(&mut self) -> bool {
        let reads = self.config.cors_rules.len() < MOST_RULES;
        self.unread_rules += usize::from(!reads);
        reads
    }

    #[inline(never)] // See `Reading`.
    fn report(&mut self, problem: Problem, offset: usize) {
        if self.problems.len() < MOST_PROBLEMS {
            let offset = Some(offset);
            self.problems.push(Found { problem, offset });
        }
    }

    /// Adds S3's checks to the reader's problems, except where the reader already found a problem:
    /// what could not be read must not be reported as missing as well.
    fn checked(mut self, text: &str, owner: Owner) -> Result<LocatedIn<'_>, Problems> {
        let mut unread = Spots::new();
        for found in &self.problems {
            if found.problem.kind().leaves_unread() {
                let start = found.offset.unwrap_or_default();
                unread.insert(found.problem.place().clone(), start..start);
            }
        }
        let all_read = self.problems.is_empty();
        if !unread.contains_key(&Place::document()) {
            for problem in check::problems(&self.config, owner, self.unread_rules) {
                // An unknown key of the document may have held the rules.
                let no_rules = *problem.kind() == ProblemKind::NoRules;
                if enclosing(&unread, problem.place()).is_some() || (no_rules && !all_read) {
                    continue;
                }
                // Something missing is reported where it belongs.
                let spot = enclosing(&self.spots, problem.place());
                let is_placed = problem.place().key().is_some();
                if spot.is_none() && is_placed && self.spots.len() == MOST_SPOTS {
                    continue;
                }
                let offset = spot.map(|range| range.start);
                self.problems.push(Found { problem, offset });
            }
        }
        if self.problems.is_empty() {
            return Ok(LocatedIn {
                configuration: self.config,
                text,
                spots: self.spots,
            });
        }
        Err(in_order(self.problems, text))
    }
}

/// The smallest part that a place lies in.
#[inline(never)] // See `Reading`.
fn enclosing<'s>(spots: &'s Spots, place: &Place) -> Option<&'s Range<usize>> {
    let enclosing = place.enclosing();
    enclosing.iter().find_map(|place| spots.get(place))
}

/// The first problems in the order of the text, with their positions. A heap finds the order,
/// because code that sorts them would be 8 KB of every app.
fn in_order(found: Vec<Found>, text: &str) -> Problems {
    let order = found
        .iter()
        .enumerate()
        .map(|(index, found)| Reverse((found.offset, index)));
    let mut order: BinaryHeap<_> = order.collect();
    let mut found: Vec<_> = found.into_iter().map(Some).collect();
    let mut positions = Positions::new(text);
    let mut problems = Vec::new();
    while problems.len() < MOST_PROBLEMS {
        let Some(Reverse((offset, index))) = order.pop() else {
            break;
        };
        if let Some(found) = found.get_mut(index).and_then(Option::take) {
            problems.push(match offset {
                Some(offset) => found.problem.at(positions.at(offset)),
                None => found.problem,
            });
        }
    }
    problems
}

/// The lists of a rule, by member.
fn list_of(rule: &mut CorsRule, member: Member) -> Option<&mut Vec<String>> {
    match member {
        Member::AllowedHeaders => Some(&mut rule.allowed_headers),
        Member::AllowedMethods => Some(&mut rule.allowed_methods),
        Member::AllowedOrigins => Some(&mut rule.allowed_origins),
        Member::ExposeHeaders => Some(&mut rule.expose_headers),
        Member::Id | Member::MaxAgeSeconds => None,
    }
}
