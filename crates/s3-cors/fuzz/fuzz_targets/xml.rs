//! Any text, read as XML: as it stands, and in the places of a configuration where text goes.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// What stands around the text. The last three are configurations but for what the text breaks.
const AROUND: [(&str, &str); 5] = [
    ("", ""),
    ("<!DOCTYPE CORSConfiguration [", "]><CORSConfiguration/>"),
    (
        "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        "</CORSConfiguration>",
    ),
    (
        "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>\
         <AllowedMethod>GET</AllowedMethod>",
        "</CORSRule></CORSConfiguration>",
    ),
    (
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>",
        "</AllowedOrigin></CORSRule></CORSConfiguration>",
    ),
];

fuzz_target!(|text: &str| {
    for (before, after) in AROUND {
        let document = [before, text, after].concat();
        s3_cors_fuzz::assert_read_soundly(document.as_bytes());
    }
});
