//! The page of `s3-cors ui`, used in a real browser on a desktop and on a phone.

mod accessible;
mod driven;
mod journeys;
mod panels;
mod program;
