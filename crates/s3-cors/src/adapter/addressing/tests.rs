use super::{Addressing, AddressingError};

/// Bucket, key, and whether it is a website's; `None` if it is not ours.
type Found = Option<(Option<&'static str>, &'static str, bool)>;

const NOT_MINE: Found = None;

const SERVICE: Found = Some((None, "", false));

const fn of(bucket: &'static str, key: &'static str) -> Found {
    Some((Some(bucket), key, false))
}

const fn website(bucket: &'static str, key: &'static str) -> Found {
    Some((Some(bucket), key, true))
}

#[track_caller]
fn check(addressing: &Addressing, rows: &[(&str, &str, Found)]) {
    for &(host, path, expected) in rows {
        let found = addressing.resolve(Some(host).filter(|host| !host.is_empty()), path);
        let found = found.as_ref();
        let found = found.map(|address| (address.bucket(), address.key(), address.is_website()));
        assert_eq!(found, expected, "{host} {path}");
    }
}

#[test]
fn path_style_takes_the_bucket_from_the_path_on_every_host() {
    check(
        &Addressing::path_style(),
        &[
            ("", "/photos/cat.jpg", of("photos", "cat.jpg")),
            ("127.0.0.1:9000", "/photos/a/b", of("photos", "a/b")),
            ("[::1]:9000", "/photos", of("photos", "")),
            ("x", "/photos/", of("photos", "")),
            ("x", "/photos//", of("photos", "/")),
            ("x", "/Photos/a", of("Photos", "a")),
            ("x", "/ph%6Ftos/a%20b", of("photos", "a%20b")),
            // No bucket has such a name, so it is nobody's.
            ("x", "/photos%2Fcat.jpg", of("photos/cat.jpg", "")),
            ("x", "/ph%6xtos", of("ph%6xtos", "")),
            ("x", "/ph%6", of("ph%6", "")),
            ("x", "/%ff", of("%ff", "")),
            ("x", "/", SERVICE),
            ("x", "", SERVICE),
            ("x", "//photos", SERVICE),
            ("x", "*", SERVICE),
        ],
    );
}

#[test]
fn a_domain_is_path_style_itself_and_virtual_hosted_below() {
    let addressing = Addressing::new()
        .domain("S3.Example.com.:443")
        .expect("a domain")
        .domain("localhost")
        .expect("a domain");
    check(
        &addressing,
        &[
            ("s3.example.com", "/photos/a", of("photos", "a")),
            ("photos.s3.example.com", "/a/b", of("photos", "a/b")),
            ("photos.s3.example.com", "/", of("photos", "")),
            ("photos.s3.example.com", "", of("photos", "")),
            ("Photos.S3.EXAMPLE.com:8443", "/a", of("photos", "a")),
            ("photos.s3.example.com.", "/a", of("photos", "a")),
            ("photos.s3.example.com.:9000", "/a", of("photos", "a")),
            ("a.b.s3.example.com", "/a", of("a.b", "a")),
            ("photos.localhost:9000", "/a", of("photos", "a")),
            ("localhost:9000", "/", SERVICE),
            (".s3.example.com", "/a", NOT_MINE),
            ("photoss3.example.com", "/a", NOT_MINE),
            ("example.com", "/photos/a", NOT_MINE),
            ("s3.example.com.evil.example", "/photos/a", NOT_MINE),
            ("127.0.0.1", "/photos/a", NOT_MINE),
            ("", "/photos/a", NOT_MINE),
            ("s3.example.com:x", "/photos/a", NOT_MINE),
            ("\u{e9}s3.example.com", "/photos/a", NOT_MINE),
        ],
    );
}

#[test]
fn the_most_exact_name_counts() {
    let addressing = Addressing::path_style()
        .domain("localhost")
        .and_then(|addressing| addressing.website("website.localhost"))
        .and_then(|addressing| addressing.host("cdn.localhost", "assets"))
        .expect("host names");
    check(
        &addressing,
        &[
            ("photos.localhost", "/a", of("photos", "a")),
            ("photos.website.localhost", "/a", website("photos", "a")),
            ("website.localhost", "/a", SERVICE),
            ("CDN.localhost.:80", "/a", of("assets", "a")),
            ("x.cdn.localhost", "/a", of("x.cdn", "a")),
            ("other.example", "/photos/a", of("photos", "a")),
        ],
    );
}

#[test]
fn a_prefix_is_left_out_and_what_is_outside_is_not_ours() {
    let one = Addressing::any_host("photos").prefix("/prod/");
    check(
        &one.expect("a prefix"),
        &[
            ("x", "/prod", of("photos", "")),
            ("x", "/prod/", of("photos", "")),
            ("x", "/prod/a", of("photos", "a")),
            ("x", "/production", NOT_MINE),
            ("x", "/", NOT_MINE),
            ("x", "/a/prod/", NOT_MINE),
        ],
    );
    let by_path = Addressing::path_style().prefix("/s3");
    check(
        &by_path.expect("a prefix"),
        &[
            ("x", "/s3", SERVICE),
            ("x", "/s3/photos", of("photos", "")),
            ("x", "/s3/photos/a", of("photos", "a")),
        ],
    );
}

#[test]
fn the_longest_names_of_buckets_are_decoded_and_longer_ones_left_alone() {
    let (longest, longer) = ("a".repeat(63), "a".repeat(64));
    let addressing = Addressing::path_style().domain("localhost").expect("one");
    for (host, path, bucket) in [
        (
            format!("{}.localhost", longest.to_uppercase()),
            "/".into(),
            longest.clone(),
        ),
        (
            format!("{}.localhost", longer.to_uppercase()),
            "/".into(),
            longer.to_uppercase(),
        ),
        (
            "x".into(),
            format!("/%61{}", &longest[1..]),
            longest.clone(),
        ),
        (
            "x".into(),
            format!("/%61{}", &longer[1..]),
            format!("%61{}", &longer[1..]),
        ),
        ("x".into(), format!("/{longer}"), longer.clone()),
    ] {
        let path: String = path;
        let address = addressing.resolve(Some(&host), &path).expect("ours");
        assert_eq!(address.bucket(), Some(&*bucket), "{host} {path}");
    }
}

#[test]
fn what_is_no_host_name_or_prefix_is_refused_with_help() {
    let shown = |refused: Result<Addressing, AddressingError>| {
        refused.expect_err("it is refused").to_string()
    };
    for host in [
        "",
        ".",
        "https://s3.example.com",
        "a/b",
        "a..b",
        "a b",
        "*.example.com",
    ] {
        let domain = shown(Addressing::new().domain(host));
        assert!(
            domain.contains("is not a host name; write one without scheme"),
            "{domain}"
        );
        assert_eq!(domain, shown(Addressing::new().website(host)));
        assert_eq!(domain, shown(Addressing::new().host(host, "bucket")));
    }
    let prefix = shown(Addressing::new().prefix("prod\n"));
    assert_eq!(
        prefix,
        "\"prod \" is not a path prefix; begin it with a slash, such as /prod"
    );
}
