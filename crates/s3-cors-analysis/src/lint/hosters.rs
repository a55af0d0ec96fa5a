//! Domains under which anybody can get a name, for finding them behind a wildcard.

/// Entries of the public suffix list that people meet behind a wildcard: some top-level domains,
/// and the hosting domains of clouds. A wildcard before the end of one of them, such as
/// `*.amazonaws.com`, lets anybody in who has a name under it. The list itself is asked whether
/// that is so.
pub(super) const SUFFIXES: [&str; 66] = [
    "com",
    "org",
    "net",
    "dev",
    "app",
    "io",
    "nl",
    "de",
    "fr",
    "uk",
    "co.uk",
    "eu",
    "xyz",
    "ai",
    "us",
    "me",
    "site",
    "s3.amazonaws.com",
    "s3.eu-west-1.amazonaws.com",
    "s3-website-us-east-1.amazonaws.com",
    "s3-website.eu-central-1.amazonaws.com",
    "us-east-1.elasticbeanstalk.com",
    "other.compute.amazonaws.com",
    "compute-1.amazonaws.com",
    "other.elb.amazonaws.com",
    "execute-api.us-east-1.amazonaws.com",
    "cloudfront.net",
    "awsapprunner.com",
    "amplifyapp.com",
    "us-east-1.amplifyapp.com",
    "lambda-url.us-east-1.on.aws",
    "blob.core.windows.net",
    "z13.web.core.windows.net",
    "web.core.windows.net",
    "azurewebsites.net",
    "azurestaticapps.net",
    "1.azurestaticapps.net",
    "cloudapp.net",
    "other.cloudapp.azure.com",
    "azurecontainer.io",
    "run.app",
    "a.run.app",
    "us-central1.run.app",
    "appspot.com",
    "r.appspot.com",
    "other.r.appspot.com",
    "web.app",
    "firebaseapp.com",
    "cloudfunctions.net",
    "github.io",
    "gitlab.io",
    "vercel.app",
    "now.sh",
    "netlify.app",
    "pages.dev",
    "workers.dev",
    "r2.dev",
    "fly.dev",
    "onrender.com",
    "herokuapp.com",
    "ngrok.io",
    "ngrok-free.app",
    "other.code.run",
    "deno.dev",
    "github.dev",
    "trycloudflare.com",
];

/// Places where anybody can get a name that the list lacks, and how many labels stand between them
/// and that name, such as a region.
const UNLISTED: [(&str, usize); 3] = [
    ("cloudapp.azure.com", 1),
    ("github.dev", 0),
    ("trycloudflare.com", 0),
];

/// The part of a host that somebody has in one of the [unlisted](UNLISTED) places.
pub(super) fn unlisted_domain(host: &str) -> Option<&str> {
    UNLISTED.iter().find_map(|(place, between)| {
        let before = host.strip_suffix(place)?.strip_suffix('.')?;
        let mut dots = before.rmatch_indices('.').map(|(at, _)| at);
        let start = match dots.nth(*between) {
            Some(dot) => dot + 1,
            None if before.matches('.').count() == *between => 0,
            None => return None,
        };
        host.get(start..)
    })
}

#[cfg(test)]
mod tests {
    use super::unlisted_domain;

    #[test]
    fn what_somebody_has_ends_before_the_region() {
        for (host, domain) in [
            ("a.b.eu.cloudapp.azure.com", Some("b.eu.cloudapp.azure.com")),
            ("b.eu.cloudapp.azure.com", Some("b.eu.cloudapp.azure.com")),
            ("eu.cloudapp.azure.com", None),
            ("cloudapp.azure.com", None),
            ("a.github.dev", Some("a.github.dev")),
            ("xgithub.dev", None),
        ] {
            assert_eq!(unlisted_domain(host), domain, "{host}");
        }
    }
}
