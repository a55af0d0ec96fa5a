//! The message that the program prints when it is ready.

use crate::Ports;

/// The message, with the name of the file that is followed, if any.
pub(crate) fn text(ports: &Ports, followed: Option<&str>) -> String {
    let followed = followed.map_or_else(String::new, |file| {
        format!("Save {file} and refresh the page: no restart is needed, and the change is logged here.\n\n")
    });
    let website = format!("http://localhost:{}", ports.website);
    let without_cors = format!("http://localhost:{}/loading.html", ports.without_cors);
    let with_cors = format!("http://localhost:{}/loading.html", ports.with_cors);
    format!(
        r#"The two buckets of S3's CORS documentation, on this machine. Open in a browser:

    {website}/

The page fetches loading.html from two buckets, each with an origin of its own:

    Without a CORS configuration: {without_cors}
        The response is 200 without Access-Control-Allow-Origin, so the browser
        hides it from the page: blocked.
    With a CORS configuration: {with_cors}
        If a rule allows the website's origin and GET, the response says so, and
        the browser passes it on to the page: loaded.

The same with curl. The actual request, to which both respond with 200:

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

{followed}Press Ctrl-C to stop.

listening on {website}/
"#
    )
}
