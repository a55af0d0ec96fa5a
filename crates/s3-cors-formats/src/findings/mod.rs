//! What there is to say of a document: what its reader found, what S3 refuses, what is probably not
//! meant, what is not known, and what the deployment makes of it.

mod deployment;
mod partly;
mod whole;

use s3_cors::Place;
use s3_cors_analysis::lint::LintCode;

use crate::document::{Bucket, Document, SourceRule};
use crate::finding::{Finding, FindingCode, Related};

/// After so many nothing more is looked for.
const MOST_FINDINGS: usize = 10_000;
const MOST_ENTRIES: usize = 10_000;

impl Document {
    /// Everything there is to say, in the order of the file.
    ///
    /// What S3 refuses and what is probably not meant is found by the engine
    /// ([`s3_cors::CorsConfiguration::check`], [`s3_cors_analysis::lint`]) and has the engine's codes. Where
    /// something is known only when deployed, what needs all of a bucket's rules is silent, and a
    /// finding `not-known` says what is missing.
    ///
    /// ```
    /// use s3_cors_formats::{Variables, read};
    ///
    /// let text = "\
    /// Resources:
    ///   Assets:
    ///     Type: AWS::S3::Bucket
    ///     Properties:
    ///       CorsConfiguration:
    ///         CorsRules:
    ///           - AllowedOrigins: [!Sub 'https://${Domain}/']
    ///             AllowedMethods: [GET, HEAD]
    ///             MaxAge: '600'
    /// ";
    /// let document = read("template.yaml", text.as_bytes(), &Variables::default())?;
    /// let found: Vec<_> = document.findings().iter().map(|f| f.code).collect();
    /// assert_eq!(found, ["origin-trailing-slash", "not-known"]);
    /// assert_eq!(document.findings()[0].span.unwrap().start.to_string(), "7:30");
    /// # Ok::<(), s3_cors_formats::ReadError>(())
    /// ```
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        let unread = whole::Unread::of(&self.findings);
        for bucket in &self.buckets {
            if findings.len() > MOST_FINDINGS {
                break;
            }
            let known = bucket.unknowns().is_empty();
            if self.format.is_s3s() {
                whole::refused(bucket, self.format, &unread, &mut findings);
            }
            // What is longer is refused by S3 for its length.
            if bucket.entries() <= MOST_ENTRIES {
                whole::lints(bucket, self.format, known, &mut findings);
            }
            partly::findings(bucket, &mut findings);
            deployment::left_out(bucket, self.format, &mut findings);
            if !bucket.ordered {
                deployment::order(bucket, known, &mut findings);
            }
        }
        findings.sort_by_key(|finding| {
            let offset = finding.span.map(|span| span.start.offset);
            (offset, std::cmp::Reverse(finding.severity))
        });
        findings.truncate(MOST_FINDINGS);
        findings
    }
}

impl Bucket {
    fn entries(&self) -> usize {
        let of_rule = |rule: &SourceRule| {
            let entries = rule
                .lists()
                .iter()
                .map(|(_, list)| list.entries.len())
                .sum::<usize>();
            entries + 1
        };
        self.rules.iter().map(of_rule).sum()
    }
}

/// What S3 would reject in a bucket's rules.
pub(crate) fn rejected(document: &Document, bucket: &Bucket) -> Vec<Finding> {
    let mut findings = Vec::new();
    let unread = whole::Unread::of(&document.findings);
    whole::refused(bucket, document.format, &unread, &mut findings);
    findings
}

/// A finding of a bucket.
fn of(
    bucket: &Bucket,
    place: &Place,
    code: FindingCode,
    text: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    Finding::new(code, bucket.span(place), text, help).at(&bucket.name, place.clone())
}

/// A lint of a bucket.
fn lint(
    bucket: &Bucket,
    place: &Place,
    code: LintCode,
    text: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    let span = bucket.span(place);
    Finding::of_lint(code, span, text, help).at(&bucket.name, place.clone())
}

/// Other places of a bucket that a finding speaks of.
fn related<'p>(bucket: &Bucket, places: impl IntoIterator<Item = &'p Place>) -> Vec<Related> {
    let related = |place: &Place| {
        Some(Related {
            span: bucket.span(place)?,
            place: place.clone(),
        })
    };
    places.into_iter().filter_map(related).collect()
}
