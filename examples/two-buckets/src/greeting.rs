//! What the program says when it is ready.

use crate::Ports;

/// With the name of the file that is followed, if one is.
pub(crate) fn text(ports: &Ports, followed: Option<&str>) -> String {
    let followed = followed.map_or_else(String::new, |file| {
        format!("Save {file} and refresh the page: no restart, and what changed is said here.\n\n")
    });
    let website = format!("http://localhost:{}", ports.website);
    let without_cors = format!("http://localhost:{}/loading.html", ports.without_cors);
    let with_cors = format!("http://localhost:{}/loading.html", ports.with_cors);
    format!(
        r#"The two buckets of S3's CORS documentation, on this machine. Open in a browser:

    {website}/

It fetches loading.html from two buckets, each of which is another origin:

    Without CORS configuration: {without_cors}
        It answers 200 without Access-Control-Allow-Origin, so the browser keeps
        the answer from the page: blocked.
    With CORS configuration: {with_cors}
        If a rule allows the website's origin and GET, the answer says so, and
        the browser hands it to the page: loaded.

The same with curl. The plain request, which both answer with 200:

    curl -i {without_cors} \
         -H "Origin: {website}"

    curl -i {with_cors} \
         -H "Origin: {website}"

The preflight, which the first refuses with 403 AccessForbidden:

    curl -i -X OPTIONS {without_cors} \
         -H "Origin: {website}" \
         -H "Access-Control-Request-Method: GET"

    curl -i -X OPTIONS {with_cors} \
         -H "Origin: {website}" \
         -H "Access-Control-Request-Method: GET"

{followed}Ctrl-C ends it.

listening on {website}/
"#
    )
}
