//! A configuration together with the positions of its parts in the text.

use std::collections::HashMap;
use std::path::Path;

use super::read::{self, LocatedIn};
use super::{CorsConfiguration, Owner};
use crate::error::{ConfigError, Place, Position, Positions};

/// A configuration, and the positions of its rules, members and entries in the text it was read
/// from. For tools that point at the lines they report on.
///
/// ```
/// use s3_cors::LocatedConfiguration;
///
/// let text = r#"[{"AllowedOrigins": ["https://example.com/"], "AllowedMethods": ["GET"]}]"#;
/// let located = LocatedConfiguration::from_text(text)?;
/// let place = s3_cors::Place::of_entry(0, "AllowedOrigins", 0);
/// let span = located.span(&place).unwrap();
/// assert_eq!(&text[span.start.offset..span.end.offset], r#""https://example.com/""#);
/// assert_eq!(span.start.to_string(), "1:22");
/// # Ok::<(), s3_cors::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedConfiguration {
    configuration: CorsConfiguration,
    spans: HashMap<Place, Span>,
}

/// The part of a text that a value, list, rule or element takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
}

impl LocatedConfiguration {
    /// Reads a configuration from text, in any [`Dialect`](crate::Dialect), and keeps the positions
    /// of its parts.
    ///
    /// # Errors
    ///
    /// As [`CorsConfiguration::from_text`].
    ///
    /// ```
    /// # use s3_cors::LocatedConfiguration;
    /// let located = LocatedConfiguration::from_text(r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]"#)?;
    /// assert_eq!(located.configuration().cors_rules.len(), 1);
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        Self::from_slice(text.as_bytes())
    }

    /// Reads a configuration from bytes, which must be UTF-8, and keeps the positions of its parts.
    ///
    /// # Errors
    ///
    /// As [`CorsConfiguration::from_slice`].
    ///
    /// ```
    /// # use s3_cors::LocatedConfiguration;
    /// assert!(LocatedConfiguration::from_slice(b"\xff").is_err());
    /// ```
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ConfigError> {
        read::located(bytes, Owner::Bucket)
            .map(Self::new)
            .map_err(ConfigError::new)
    }

    /// Reads the [app's own rules](crate::AppRules) from bytes, which must be UTF-8, and keeps the
    /// positions of their parts. The configuration with these rules may be one that S3 refuses.
    ///
    /// # Errors
    ///
    /// As [`AppRules::from_slice`](crate::AppRules::from_slice).
    ///
    /// ```
    /// # use s3_cors::LocatedConfiguration;
    /// let app = br#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}]"#;
    /// assert!(LocatedConfiguration::app_rules_from_slice(app).is_ok());
    /// assert!(LocatedConfiguration::from_slice(app).is_err());
    /// ```
    pub fn app_rules_from_slice(bytes: &[u8]) -> Result<Self, ConfigError> {
        read::located(bytes, Owner::App)
            .map(Self::new)
            .map_err(|problems| ConfigError::new(problems).unseen_by_s3())
    }

    /// Reads a configuration from a file, and keeps the positions of its parts.
    ///
    /// # Errors
    ///
    /// As [`CorsConfiguration::from_path`].
    ///
    /// ```
    /// # use s3_cors::LocatedConfiguration;
    /// let error = LocatedConfiguration::from_path("no/such/cors.json").unwrap_err();
    /// assert!(error.to_string().starts_with("no/such/cors.json: "));
    /// ```
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read::file(path.as_ref(), Self::from_slice)
    }

    fn new(found: LocatedIn<'_>) -> Self {
        let mut ends: Vec<usize> = found
            .spots
            .values()
            .flat_map(|s| [s.start, s.end])
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let mut positions = Positions::new(found.text);
        let ends: HashMap<usize, Position> = ends
            .into_iter()
            .map(|offset| (offset, positions.at(offset)))
            .collect();
        let span = |(place, range): (Place, std::ops::Range<usize>)| {
            let start = *ends.get(&range.start)?;
            let end = *ends.get(&range.end)?;
            Some((place, Span { start, end }))
        };
        Self {
            spans: found.spots.into_iter().filter_map(span).collect(),
            configuration: found.configuration,
        }
    }

    /// The configuration.
    #[must_use]
    pub fn configuration(&self) -> &CorsConfiguration {
        &self.configuration
    }

    /// The configuration without the positions.
    #[must_use]
    pub fn into_configuration(self) -> CorsConfiguration {
        self.configuration
    }

    /// The span of an entry, a list or a rule. If the text does not have it, the span of the list
    /// or rule that would contain it. `None` for the document as a whole.
    ///
    /// ```
    /// use s3_cors::{LocatedConfiguration, Place};
    ///
    /// let text = "[\n  {\"AllowedOrigins\": [\"*\"], \"AllowedMethods\": [\"GET\"]}\n]";
    /// let located = LocatedConfiguration::from_text(text)?;
    /// // There are no AllowedHeaders, so this is the span of the rule.
    /// let span = located.span(&Place::of_member(0, "AllowedHeaders")).unwrap();
    /// assert_eq!((span.start.line, span.start.column), (2, 3));
    /// # Ok::<(), s3_cors::ConfigError>(())
    /// ```
    #[must_use]
    pub fn span(&self, place: &Place) -> Option<Span> {
        let enclosing = place.enclosing();
        let mut found = enclosing.iter().filter_map(|place| self.spans.get(place));
        found.next().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn text_at<'t>(text: &'t str, place: &Place) -> &'t str {
        let located = LocatedConfiguration::from_text(text).expect("it is valid");
        let span = located.span(place).expect("it has a place");
        &text.trim_start_matches('\u{feff}')[span.start.offset..span.end.offset]
    }

    #[test]
    fn a_place_in_json_is_its_value() {
        let text = "\u{feff}{\"CorsRules\": [\n{\"MaxAge\": 5, \"AllowedOrigins\": [\"\\u00e4\", \"b\"],\
                    \"AllowedMethods\": [\"GET\"]}]}";
        let origins = |entry| Place::of_entry(0, "AllowedOrigins", entry);
        assert_eq!(text_at(text, &origins(0)), r#""\u00e4""#);
        assert_eq!(text_at(text, &origins(1)), r#""b""#);
        assert_eq!(text_at(text, &Place::of_member(0, "MaxAgeSeconds")), "5");
        let methods = Place::of_member(0, "AllowedMethods");
        assert_eq!(text_at(text, &methods), r#"["GET"]"#);
        assert!(text_at(text, &Place::of_rule(0)).starts_with(r#"{"MaxAge""#));
        assert!(text_at(text, &Place::of_member(0, "ID")).starts_with(r#"{"MaxAge""#));
    }

    #[cfg(feature = "xml")]
    #[test]
    fn a_place_in_xml_is_its_element() {
        let text = "  <CORSConfiguration><CORSRule><AllowedOrigin>a</AllowedOrigin>\n\
                    <AllowedOrigin>b</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\
                    </CORSConfiguration>";
        let second = Place::of_entry(0, "AllowedOrigins", 1);
        assert_eq!(text_at(text, &second), "<AllowedOrigin>b</AllowedOrigin>");
        let located = LocatedConfiguration::from_text(text).expect("it is valid");
        assert_eq!(
            located
                .span(&second)
                .expect("it is there")
                .start
                .to_string(),
            "2:1"
        );
    }
}
