//! What was read: buckets, their rules, and where everything stands.

use s3_cors::{CorsConfiguration, Place};

use crate::engine::{self, RuleParts};
use crate::finding::Finding;
use crate::position::Span;
use crate::value::{Knowledge, Value};

/// A file that holds CORS rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(crate) format: Format,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) findings: Vec<Finding>,
}

/// The format of a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One of S3's own forms.
    S3,
    /// [Rules of an app's own](s3_cors::AppRules), in one of S3's own forms.
    AppRules,
    /// Terraform or OpenTofu: `.tf`, `.tf.json`.
    Terraform,
    /// What `terraform show -json` prints of a plan or a state.
    TerraformShow,
    /// A CloudFormation or SAM template, the `resources:` of a `serverless.yml`, or a template of
    /// the CDK.
    CloudFormation,
    /// Google Cloud Storage, which is Firebase's, too.
    GoogleCloudStorage,
    /// Cloudflare R2, as `wrangler` takes it.
    R2,
    /// Azure Storage: XML, an ARM template, or what `az storage cors list` prints.
    Azure,
}

impl Format {
    /// The format's name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::AppRules => "app-rules",
            Self::Terraform => "terraform",
            Self::TerraformShow => "terraform-show",
            Self::CloudFormation => "cloudformation",
            Self::GoogleCloudStorage => "gcs",
            Self::R2 => "r2",
            Self::Azure => "azure",
        }
    }

    /// Whether the rules are for S3 or a service that says it behaves the same, and not another
    /// service's.
    #[must_use]
    pub const fn is_s3s(self) -> bool {
        matches!(
            self,
            Self::S3
                | Self::AppRules
                | Self::Terraform
                | Self::TerraformShow
                | Self::CloudFormation
        )
    }

    /// Whether the file is in one of S3's own forms.
    #[must_use]
    pub const fn is_s3s_own(self) -> bool {
        matches!(self, Self::S3 | Self::AppRules)
    }

    /// The format's name, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3 => "an S3 CORS configuration",
            Self::AppRules => "a list of rules of the app's own",
            Self::Terraform => "Terraform",
            Self::TerraformShow => "the output of `terraform show -json`",
            Self::CloudFormation => "a CloudFormation template",
            Self::GoogleCloudStorage => "a Google Cloud Storage CORS configuration",
            Self::R2 => "a Cloudflare R2 CORS configuration",
            Self::Azure => "an Azure Storage CORS configuration",
        }
    }
}

/// One bucket's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub(crate) name: String,
    pub(crate) span: Option<Span>,
    pub(crate) rules: Vec<SourceRule>,
    pub(crate) further: Option<Further>,
    pub(crate) ordered: bool,
    pub(crate) max_age_when_left_out: Option<i64>,
}

/// A rule as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceRule {
    /// Where it stands.
    pub span: Span,
    /// Its name.
    pub id: Option<Entry>,
    /// The origins it allows.
    pub allowed_origins: SourceList,
    /// The methods it allows.
    pub allowed_methods: SourceList,
    /// The request headers it allows.
    pub allowed_headers: SourceList,
    /// The response headers it exposes.
    pub expose_headers: SourceList,
    /// How long a preflight may be remembered.
    pub max_age_seconds: Option<Entry>,
}

/// A list of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceList {
    /// Where it stands, if the file has it.
    pub span: Option<Span>,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// What adds further entries that are known only when deployed.
    pub further: Option<Further>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its value, as far as it is known.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// Something that adds rules or entries that are known only when deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Further {
    /// What stands there, such as `var.origins`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Something that must be known before a bucket's rules are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// The place in the rules; [`Place::document`] for the list of rules.
    pub place: Place,
    /// Where it stands.
    pub span: Span,
    /// What stands there, such as `var.domain`.
    pub name: String,
}

impl Document {
    /// The file's format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether the file names its buckets. In S3's own forms, Google's, R2's and Azure's there is one
    /// list of rules without a name.
    #[must_use]
    pub fn has_named_buckets(&self) -> bool {
        matches!(
            self.format,
            Format::Terraform | Format::TerraformShow | Format::CloudFormation
        )
    }

    /// What S3 would reject in a bucket's rules as they are deployed, whatever service they are for.
    #[must_use]
    pub fn rejected_by_s3(&self, bucket: &Bucket) -> Vec<Finding> {
        crate::findings::rejected(self, bucket)
    }

    /// The buckets, in the order of the file.
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The bucket with a name: the whole one, or its last part after a dot if only one has it.
    ///
    /// ```
    /// use s3_cors_formats::{Variables, read};
    ///
    /// let text = "Resources: {Assets: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: \
    ///             {CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [GET]}]}}}}";
    /// let document = read("template.yaml", text.as_bytes(), &Variables::default())?;
    /// assert!(document.bucket("Assets").is_some());
    /// # Ok::<(), s3_cors_formats::ReadError>(())
    /// ```
    #[must_use]
    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        let exact = self.buckets.iter().find(|bucket| bucket.name == name);
        exact.or_else(|| {
            let last = |bucket: &&Bucket| bucket.name.rsplit('.').next() == Some(name);
            let mut named = self.buckets.iter().filter(last);
            named.next().filter(|_| named.next().is_none())
        })
    }
}

impl Bucket {
    /// The bucket's name in the file: a resource's address or logical ID.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the resource stands.
    #[must_use]
    pub fn span_of_resource(&self) -> Option<Span> {
        self.span
    }

    /// The rules as the file has them.
    #[must_use]
    pub fn rules(&self) -> &[SourceRule] {
        &self.rules
    }

    /// Whether the rules reach the bucket in the file's order. Terraform keeps them as a set.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// What the deployment sends as `MaxAgeSeconds` where a rule leaves it out, if it sends
    /// anything.
    #[must_use]
    pub fn max_age_when_left_out(&self) -> Option<i64> {
        self.max_age_when_left_out
    }

    /// Everything that is known only when deployed.
    #[must_use]
    pub fn unknowns(&self) -> Vec<Unknown> {
        let mut unknowns = Vec::new();
        let further = |place: Place, further: &Further| Unknown {
            place,
            span: further.span,
            name: further.name.clone(),
        };
        for (index, rule) in self.rules.iter().enumerate() {
            for (key, list) in rule.lists() {
                for (at, entry) in list.entries.iter().enumerate() {
                    entry.unknown(&Place::of_entry(index, key, at), &mut unknowns);
                }
                let more = list.further.iter();
                unknowns.extend(more.map(|more| further(Place::of_member(index, key), more)));
            }
            for (key, entry) in rule.scalars() {
                entry.unknown(&Place::of_member(index, key), &mut unknowns);
            }
        }
        let more = self.further.iter();
        unknowns.extend(more.map(|more| further(Place::document(), more)));
        unknowns
    }

    /// The configuration as it is written.
    ///
    /// # Errors
    ///
    /// What is not known before deployment.
    pub fn written(&self) -> Result<CorsConfiguration, Vec<Unknown>> {
        let unknowns = self.unknowns();
        if unknowns.is_empty() {
            Ok(self.known_part())
        } else {
            Err(unknowns)
        }
    }

    /// The configuration that the bucket has after deployment.
    ///
    /// # Errors
    ///
    /// What is not known before deployment.
    ///
    /// ```
    /// use s3_cors_formats::{Variables, read};
    ///
    /// let text = "resource \"aws_s3_bucket_cors_configuration\" \"site\" {\n\
    ///             cors_rule {\n allowed_origins = [\"*\"]\n allowed_methods = [\"GET\"]\n }\n}\n";
    /// let document = read("main.tf", text.as_bytes(), &Variables::default())?;
    /// let bucket = &document.buckets()[0];
    /// assert_eq!(bucket.written().unwrap().cors_rules[0].max_age_seconds, None);
    /// assert_eq!(bucket.deployed().unwrap().cors_rules[0].max_age_seconds, Some(0));
    /// # Ok::<(), s3_cors_formats::ReadError>(())
    /// ```
    pub fn deployed(&self) -> Result<CorsConfiguration, Vec<Unknown>> {
        let mut rules = engine::parts(&self.written()?);
        for rule in &mut rules {
            rule.max_age_seconds = rule.max_age_seconds.or(self.max_age_when_left_out);
        }
        Ok(engine::configuration(rules))
    }

    /// The rules with what is known of them, and something harmless for what is not, so that places
    /// remain what they are.
    pub(crate) fn known_part(&self) -> CorsConfiguration {
        engine::configuration(self.rules.iter().map(SourceRule::known_part))
    }

    /// Where a place stands: the entry, the list or the rule itself or, if the file does not have
    /// it, what it would stand in.
    #[must_use]
    pub fn span(&self, place: &Place) -> Option<Span> {
        let Some(rule) = place.rule().and_then(|at| self.rules.get(at)) else {
            return self.span;
        };
        let scalar = rule.scalars().find(|(key, _)| place.key() == Some(key));
        let in_list = place.key().and_then(|key| rule.list(key)).and_then(|list| {
            let entry = place.entry().and_then(|at| list.entries.get(at));
            entry.map(|entry| entry.span).or(list.span)
        });
        let member = in_list.or(scalar.map(|(_, entry)| entry.span));
        Some(member.unwrap_or(rule.span))
    }
}

impl SourceRule {
    pub(crate) fn new(span: Span) -> Self {
        Self {
            span,
            id: None,
            allowed_origins: SourceList::default(),
            allowed_methods: SourceList::default(),
            allowed_headers: SourceList::default(),
            expose_headers: SourceList::default(),
            max_age_seconds: None,
        }
    }

    pub(crate) fn lists(&self) -> [(&'static str, &SourceList); 4] {
        [
            ("AllowedOrigins", &self.allowed_origins),
            ("AllowedMethods", &self.allowed_methods),
            ("AllowedHeaders", &self.allowed_headers),
            ("ExposeHeaders", &self.expose_headers),
        ]
    }

    /// A list by its key in S3's JSON form.
    pub(crate) fn list(&self, key: &str) -> Option<&SourceList> {
        let mut lists = self.lists().into_iter();
        lists.find(|(name, _)| *name == key).map(|(_, list)| list)
    }

    pub(crate) fn scalars(&self) -> impl Iterator<Item = (&'static str, &Entry)> {
        let scalars = [("ID", &self.id), ("MaxAgeSeconds", &self.max_age_seconds)];
        scalars
            .into_iter()
            .filter_map(|(key, entry)| Some((key, entry.as_ref()?)))
    }

    fn known_part(&self) -> RuleParts {
        let known = |list: &SourceList, otherwise: &str| {
            let known = |entry: &Entry| entry.value.known().unwrap_or(otherwise).to_owned();
            list.entries.iter().map(known).collect()
        };
        let scalar = |entry: &Option<Entry>| {
            let value = entry.as_ref().and_then(|entry| entry.value.known());
            value.map(str::to_owned)
        };
        RuleParts {
            id: scalar(&self.id),
            allowed_origins: known(&self.allowed_origins, "https://unknown.example"),
            allowed_methods: known(&self.allowed_methods, "GET"),
            allowed_headers: known(&self.allowed_headers, "x-unknown"),
            expose_headers: known(&self.expose_headers, "x-unknown"),
            max_age_seconds: scalar(&self.max_age_seconds).and_then(|text| text.parse().ok()),
        }
    }
}

impl SourceList {
    /// Whether all of it is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let known = |entry: &Entry| entry.value.knowledge() == Knowledge::Known;
        self.further.is_none() && self.entries.iter().all(known)
    }
}

impl Entry {
    fn unknown(&self, place: &Place, unknowns: &mut Vec<Unknown>) {
        for name in self.value.missing_names() {
            unknowns.push(Unknown {
                place: place.clone(),
                span: self.span,
                name: name.to_owned(),
            });
        }
    }
}
