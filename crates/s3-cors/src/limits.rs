//! The limits S3 sets, and the methods it knows.
//!
//! ```
//! use s3_cors::limits::{MAX_RULES, SUPPORTED_METHODS};
//!
//! assert_eq!(MAX_RULES, 100);
//! assert!(!SUPPORTED_METHODS.contains(&"PATCH"));
//! ```

/// The maximum number of rules (F80).
pub const MAX_RULES: usize = 100;

/// The maximum size of a configuration, in bytes of the XML that S3 receives (F81).
pub const MAX_XML_BYTES: usize = 64 * 1024;

/// The maximum length of a rule's ID as documented by S3, in characters (F85).
pub const MAX_ID_CHARACTERS: usize = 255;

/// The maximum length of a text that this crate reads, in bytes. S3's own limit is
/// [`MAX_XML_BYTES`], so a longer text is something else or mostly white space (D30).
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// The methods that a rule can allow, case-sensitive (F72).
pub const SUPPORTED_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// The maximum number of rules that an app can have of its own. Not S3's:
/// see [`AppRules`](crate::AppRules).
pub const MAX_APP_RULES: usize = 28;

/// The methods that an app's own rules can allow, case-sensitive: S3's, and `PATCH`. Not S3's:
/// see [`AppRules`](crate::AppRules).
pub const APP_METHODS: [&str; 6] = ["GET", "PUT", "HEAD", "POST", "DELETE", "PATCH"];

/// The methods that S3 accepts in the `Access-Control-Request-Method` of a preflight,
/// case-sensitive. It accepts `PATCH` and `OPTIONS` although no rule can allow them (F53, D2).
pub const PREFLIGHT_METHODS: [&str; 7] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
