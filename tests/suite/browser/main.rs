//! What a real browser makes of the answers.
//!
//! Where no Chromium or no chromedriver is installed these tests say so and pass; with
//! `S3_CORS_REQUIRE_BROWSER=1` they fail. `CHROMIUM` and `CHROMEDRIVER` may hold the paths of
//! programs that are not on `PATH`.

mod scripts;
mod two_buckets;
