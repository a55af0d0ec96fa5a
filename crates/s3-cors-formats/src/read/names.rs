//! What each format calls the members of a rule.

use crate::document::Format;

/// A member of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Id,
    AllowedOrigins,
    AllowedMethods,
    AllowedHeaders,
    ExposeHeaders,
    MaxAgeSeconds,
    /// Google's `responseHeader`, which is compared with the requested headers and exposed.
    AllowedAndExposed,
}

impl Member {
    /// In S3's JSON form.
    pub(crate) const fn s3_key(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::AllowedOrigins => "AllowedOrigins",
            Self::AllowedMethods => "AllowedMethods",
            Self::AllowedHeaders | Self::AllowedAndExposed => "AllowedHeaders",
            Self::ExposeHeaders => "ExposeHeaders",
            Self::MaxAgeSeconds => "MaxAgeSeconds",
        }
    }
}

/// A format's names. A name with a dot is that of a member of a member.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) members: &'static [(&'static str, Member)],
    /// Keys that a rule may have and that say nothing of CORS.
    pub(crate) beside: &'static [&'static str],
    /// Whether numbers may be strings and lists may be one string with commas.
    pub(crate) lenient_numbers: bool,
    pub(crate) comma_lists: bool,
}

use Member::{
    AllowedAndExposed, AllowedHeaders, AllowedMethods, AllowedOrigins, ExposeHeaders, Id,
    MaxAgeSeconds,
};

pub(crate) const TERRAFORM: Names = Names {
    members: &[
        ("id", Id),
        ("allowed_origins", AllowedOrigins),
        ("allowed_methods", AllowedMethods),
        ("allowed_headers", AllowedHeaders),
        ("expose_headers", ExposeHeaders),
        ("max_age_seconds", MaxAgeSeconds),
    ],
    beside: &[],
    lenient_numbers: true,
    comma_lists: false,
};

pub(crate) const CLOUDFORMATION: Names = Names {
    members: &[
        ("Id", Id),
        ("AllowedOrigins", AllowedOrigins),
        ("AllowedMethods", AllowedMethods),
        ("AllowedHeaders", AllowedHeaders),
        ("ExposedHeaders", ExposeHeaders),
        ("MaxAge", MaxAgeSeconds),
    ],
    beside: &[],
    lenient_numbers: true,
    comma_lists: false,
};

pub(crate) const GOOGLE: Names = Names {
    members: &[
        ("origin", AllowedOrigins),
        ("method", AllowedMethods),
        ("responseHeader", AllowedAndExposed),
        ("maxAgeSeconds", MaxAgeSeconds),
    ],
    beside: &[],
    lenient_numbers: true,
    comma_lists: false,
};

pub(crate) const R2: Names = Names {
    members: &[
        ("id", Id),
        ("allowed.origins", AllowedOrigins),
        ("allowed.methods", AllowedMethods),
        ("allowed.headers", AllowedHeaders),
        ("exposeHeaders", ExposeHeaders),
        ("maxAgeSeconds", MaxAgeSeconds),
    ],
    beside: &[],
    lenient_numbers: false,
    comma_lists: false,
};

/// ARM templates write lists, the command-line tool strings with commas.
pub(crate) const AZURE: Names = Names {
    members: &[
        ("allowedOrigins", AllowedOrigins),
        ("allowedMethods", AllowedMethods),
        ("allowedHeaders", AllowedHeaders),
        ("exposedHeaders", ExposeHeaders),
        ("maxAgeInSeconds", MaxAgeSeconds),
        ("AllowedOrigins", AllowedOrigins),
        ("AllowedMethods", AllowedMethods),
        ("AllowedHeaders", AllowedHeaders),
        ("ExposedHeaders", ExposeHeaders),
        ("MaxAgeInSeconds", MaxAgeSeconds),
    ],
    beside: &["Service", "service"],
    lenient_numbers: true,
    comma_lists: true,
};

impl Names {
    pub(crate) fn member(&self, key: &str) -> Option<Member> {
        let mut named = self.members.iter().filter(|(name, _)| *name == key);
        named.next().map(|(_, member)| *member)
    }

    /// Whether members of this key's value are members of the rule.
    pub(crate) fn is_container(&self, key: &str) -> bool {
        let within = |name: &str| {
            name.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        self.members.iter().any(|(name, _)| within(name))
    }

    /// What this format calls what another format calls `key`.
    pub(crate) fn meant_by(&self, key: &str) -> Option<&'static str> {
        let member = meant(key)?;
        let same = |(_, other): &&(&str, Member)| {
            *other == member || (*other == AllowedAndExposed && member == ExposeHeaders)
        };
        self.members.iter().find(same).map(|(name, _)| *name)
    }
}

/// The member that somebody meant who wrote another format's name for it.
pub(crate) fn meant(key: &str) -> Option<Member> {
    let letters = key.chars().filter(char::is_ascii_alphanumeric);
    let folded: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    Some(match folded.as_str() {
        "id" | "ruleid" | "corsrulename" => Id,
        "allowedorigin" | "allowedorigins" | "alloworigins" | "origin" | "origins" => {
            AllowedOrigins
        }
        "allowedmethod" | "allowedmethods" | "allowmethods" | "method" | "methods" => {
            AllowedMethods
        }
        "allowedheader" | "allowedheaders" | "allowheaders" | "headers" => AllowedHeaders,
        "exposeheader" | "exposeheaders" | "exposedheader" | "exposedheaders" | "expose"
        | "responseheader" | "responseheaders" => ExposeHeaders,
        "maxage" | "maxageseconds" | "maxagesecond" | "maxageinseconds" => MaxAgeSeconds,
        _ => return None,
    })
}

/// What a format calls a member of a rule that S3's JSON calls by a key.
pub(crate) fn name_of(format: Format, key: &str) -> Option<&'static str> {
    let names = match format {
        Format::S3 | Format::AppRules => return None,
        Format::Terraform | Format::TerraformShow => &TERRAFORM,
        Format::CloudFormation => &CLOUDFORMATION,
        Format::GoogleCloudStorage => &GOOGLE,
        Format::R2 => &R2,
        Format::Azure => &AZURE,
    };
    let mut members = names.members.iter();
    let found = members.find(|(_, member)| member.s3_key() == key);
    found.map(|(name, _)| *name)
}
