//! What the body of a response comes to.

use std::sync::Arc;

use s3_cors::{ConfigError, CorsConfiguration};

/// A body and what it comes to.
#[derive(Debug)]
pub(super) struct Parsed {
    body: Vec<u8>,
    pub(super) configuration: Result<CorsConfiguration, ConfigError>,
}

impl Parsed {
    /// What is the same as before is not parsed again.
    pub(super) fn of(body: &[u8], before: Option<Arc<Self>>) -> Arc<Self> {
        before
            .filter(|before| before.body == body)
            .unwrap_or_else(|| {
                Arc::new(Self {
                    body: body.to_vec(),
                    configuration: CorsConfiguration::from_slice(body),
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Parsed;

    #[test]
    fn what_is_the_same_is_not_parsed_again() {
        let first = Parsed::of(b"<a/>", None);
        let second = Parsed::of(b"<a/>", Some(Arc::clone(&first)));
        assert!(Arc::ptr_eq(&first, &second));
        let third = Parsed::of(b"<b/>", Some(second));
        assert_ne!(first.configuration, third.configuration);
    }
}
