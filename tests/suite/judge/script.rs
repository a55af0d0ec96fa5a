//! What the script on the page gets.

use conformance::browser::Browser;
use fantoccini::error::CmdError;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{BODY, Call};

/// What a `fetch()` comes to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Seen {
    /// An error of this name.
    Throws(String),
    /// A response.
    Gets {
        /// `basic`, `cors` or `opaque`.
        kind: String,
        /// Its status.
        status: u16,
        /// Its headers as the script can read them.
        headers: Vec<(String, String)>,
    },
}

const SCRIPT: &str = r#"
    const [calls] = arguments;
    async function run([url, options, body]) {
        // As bytes, which have no type that would become a header.
        if (body) options.body = new TextEncoder().encode(body);
        let response;
        try {
            response = await fetch(url, options);
        } catch (error) {
            return { throws: error.name };
        }
        // Throws if the answer breaks off.
        await response.text();
        const { type: kind, status } = response;
        return { gets: { kind, status, headers: [...response.headers] } };
    }
    return Promise.all(calls.map(run));
"#;

/// Opens a page and has its script make these calls, all at once.
pub(crate) async fn run(
    browser: &Browser,
    page: &str,
    calls: &[(String, &Call)],
) -> Result<Vec<Seen>, CmdError> {
    browser.goto(page).await?;
    let calls: Vec<Value> = calls
        .iter()
        .map(|(url, call)| json!([url, call.options(), call.body.then_some(BODY)]))
        .collect();
    let seen = browser.execute(SCRIPT, vec![json!(calls)]).await?;
    Ok(serde_json::from_value(seen)?)
}
