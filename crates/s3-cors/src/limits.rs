//! The limits S3 sets, and the methods it knows.
//!
//! ```
//! use s3_cors::limits::{MAX_RULES, SUPPORTED_METHODS};
//!
//! assert_eq!(MAX_RULES, 100);
//! assert!(!SUPPORTED_METHODS.contains(&"PATCH"));
//! ```

/// The number of rules that S3 allows (F80).
pub const MAX_RULES: usize = 100;

/// The size of a configuration that S3 allows, in bytes of the XML that S3 receives (F81).
pub const MAX_XML_BYTES: usize = 64 * 1024;

/// The length of a rule's ID that S3 documents, in characters (F85).
pub const MAX_ID_CHARACTERS: usize = 255;

/// The most text this project reads, in bytes. S3's limit is [`MAX_XML_BYTES`]; a longer text is
/// something else, or mostly white space.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// The methods that a rule can allow, compared exactly (F72).
pub const SUPPORTED_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// The number of rules of an app's own that fit beside those of the bucket. Not S3's:
/// see [`AppRules`](crate::AppRules).
pub const MAX_APP_RULES: usize = 28;

/// The methods that a rule of an app's own can allow, compared exactly: S3's, and `PATCH`. Not S3's:
/// see [`AppRules`](crate::AppRules).
pub const APP_METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"];

/// The methods that S3 accepts in the `Access-Control-Request-Method` of a preflight, compared
/// exactly. It accepts `PATCH` and `OPTIONS` although no rule can allow them (F53).
pub const PREFLIGHT_METHODS: [&str; 7] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
