//! Which bucket a URL names, and what in it.

mod address;
mod error;
mod host;

use std::collections::HashMap;

pub use address::{Address, BucketName};
pub use error::AddressingError;

use super::RequestHead;
use host::{Host, Lowered};

/// Which bucket a request's URL names: by path, by host, or both.
///
/// ```
/// use s3_cors::adapter::Addressing;
///
/// // s3.example.com/photos/cat.jpg and photos.s3.example.com/cat.jpg
/// let addressing = Addressing::new().domain("s3.example.com")?;
/// # let _ = addressing;
/// # Ok::<(), s3_cors::adapter::AddressingError>(())
/// ```
///
/// Of hosts only the name counts, in any case: a port and a dot at the end are left out. A name
/// that several of these apply to belongs to the most exact: first [own hosts](Self::host), then
/// the longest domain, then [any host](Self::any_host) or [path style](Self::path_style).
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Addressing {
    hosts: HashMap<Box<str>, Box<str>>,
    /// The longest first.
    domains: Vec<Domain>,
    others: Others,
    prefix: Box<str>,
}

/// A domain, its name in lower case.
#[derive(Debug, Clone)]
struct Domain {
    name: Box<str>,
    is_website: bool,
}

/// Hosts that are neither an own host nor of a domain.
#[derive(Debug, Clone, Default)]
enum Others {
    #[default]
    NotMine,
    PathStyle,
    Bucket(Box<str>),
}

impl Addressing {
    /// No request names a bucket, until domains, hosts or path style are added: all pass through
    /// untouched.
    pub fn new() -> Self {
        Self::default()
    }

    /// Path style on every host that nothing else applies to: `/bucket/key` is an object,
    /// `/bucket` and `/bucket/` are the bucket, `/` is the service itself.
    ///
    /// ```
    /// use s3_cors::adapter::Addressing;
    ///
    /// let addressing = Addressing::path_style();
    /// let address = addressing.resolve(None, "/photos/cat.jpg").unwrap();
    /// assert_eq!(address.bucket(), Some("photos"));
    /// ```
    pub fn path_style() -> Self {
        Self {
            others: Others::PathStyle,
            ..Self::default()
        }
    }

    /// One bucket on every host that nothing else applies to: `/` is the bucket, every other path
    /// an object.
    pub fn any_host(bucket: impl Into<Box<str>>) -> Self {
        Self {
            others: Others::Bucket(bucket.into()),
            ..Self::default()
        }
    }

    /// A domain of an S3 service, as `s3.eu-west-1.amazonaws.com` is one: virtual-hosted style
    /// below it (`bucket.domain/key`), path style at the domain itself (`domain/bucket/key`).
    ///
    /// # Errors
    ///
    /// If it is no host name, such as a URL.
    pub fn domain(self, domain: &str) -> Result<Self, AddressingError> {
        self.with_domain(domain, false)
    }

    /// A domain of static websites, as `s3-website.eu-west-1.amazonaws.com` is one:
    /// `bucket.domain/key`. The domain itself names no bucket (F130, F131).
    ///
    /// # Errors
    ///
    /// If it is no host name, such as a URL.
    pub fn website(self, domain: &str) -> Result<Self, AddressingError> {
        self.with_domain(domain, true)
    }

    /// A host name of one bucket's own: `/` is the bucket, every other path an object.
    ///
    /// ```
    /// use s3_cors::adapter::Addressing;
    ///
    /// let addressing = Addressing::new().host("assets.example.com", "my-assets")?;
    /// let address = addressing.resolve(Some("Assets.Example.com.:8443"), "/logo.svg").unwrap();
    /// assert_eq!(address.bucket(), Some("my-assets"));
    /// # Ok::<(), s3_cors::adapter::AddressingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is no host name, such as a URL.
    pub fn host(
        mut self,
        host: &str,
        bucket: impl Into<Box<str>>,
    ) -> Result<Self, AddressingError> {
        self.hosts.insert(host::configured(host)?, bucket.into());
        Ok(self)
    }

    /// A prefix that all paths have, such as the stage of an API Gateway or the path that a router
    /// is nested under: with `/prod` the path `/prod/` is what `/` is without. Requests outside of
    /// it pass through untouched.
    ///
    /// Not for prefixes that a router has removed before the layer sees the request.
    ///
    /// ```
    /// use s3_cors::adapter::Addressing;
    ///
    /// let addressing = Addressing::path_style().prefix("/prod")?;
    /// let address = addressing.resolve(None, "/prod/photos/cat.jpg").unwrap();
    /// assert_eq!(address.bucket(), Some("photos"));
    /// assert!(addressing.resolve(None, "/production").is_none());
    /// # Ok::<(), s3_cors::adapter::AddressingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it does not begin with `/`.
    pub fn prefix(mut self, prefix: &str) -> Result<Self, AddressingError> {
        let prefix = prefix.trim_end_matches('/');
        if !prefix.is_empty() && !prefix.starts_with('/') {
            return Err(AddressingError::prefix(prefix));
        }
        self.prefix = prefix.into();
        Ok(self)
    }

    /// What a request names; `None` if it is for another host or outside of the
    /// [prefix](Self::prefix).
    #[must_use]
    pub fn of<'a>(&'a self, request: &'a dyn RequestHead) -> Option<Address<'a>> {
        // Most services have neither hosts nor domains to compare with.
        let host = match &*self.domains {
            [] if self.hosts.is_empty() => None,
            _ => request.host(),
        };
        self.resolve(host, request.path())
    }

    /// What a host, with or without its port, and a path name; `None` if it is another host or
    /// outside of the [prefix](Self::prefix).
    #[must_use]
    pub fn resolve<'a>(&'a self, host: Option<&'a str>, path: &'a str) -> Option<Address<'a>> {
        let path = match path.strip_prefix(&*self.prefix)? {
            path if self.prefix.is_empty() || path.is_empty() || path.starts_with('/') => path,
            _ => return None,
        };
        if let Some(host) = host.map(Host::of) {
            if !self.hosts.is_empty() {
                let lowered = Lowered::of(host.name());
                let bucket = lowered.as_str().and_then(|name| self.hosts.get(name));
                if let Some(bucket) = bucket {
                    return Some(Address::in_bucket(BucketName::plain(bucket), path, false));
                }
            }
            for domain in &self.domains {
                match host.below(&domain.name) {
                    None => {}
                    Some("") if domain.is_website => return Some(Address::service()),
                    Some("") => return Some(Address::path_style(path)),
                    Some(label) => {
                        let bucket = BucketName::of_host(label);
                        return Some(Address::in_bucket(bucket, path, domain.is_website));
                    }
                }
            }
        }
        match &self.others {
            Others::NotMine => None,
            Others::PathStyle => Some(Address::path_style(path)),
            Others::Bucket(bucket) => {
                Some(Address::in_bucket(BucketName::plain(bucket), path, false))
            }
        }
    }

    fn with_domain(mut self, domain: &str, is_website: bool) -> Result<Self, AddressingError> {
        let name = host::configured(domain)?;
        self.domains.retain(|known| known.name != name);
        self.domains.push(Domain { name, is_website });
        let length = |domain: &Domain| std::cmp::Reverse(domain.name.len());
        self.domains.sort_by_key(length);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
