//! What is written is read by the types of the services' own crates, with nothing lost.

use azure_storage_blob::models::BlobServiceProperties;
use google_cloud_storage::model::bucket::Cors;
use s3_cors_formats::{Deployment, Request, Target};
use s3_cors_formats_sdks::written;
use serde_json::Value;

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.map(|one| one.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn googles_type_has_every_member_that_is_written() {
    let conversions = written(Target::Gcs);
    assert!(conversions.len() > 30, "{}", conversions.len());
    for conversion in conversions {
        let entries: Vec<Value> = serde_json::from_str(&conversion.output).expect("JSON");
        let read: Vec<Cors> = serde_json::from_str(&conversion.output).expect("Google's type");
        assert_eq!(read.len(), entries.len());
        for (cors, entry) in read.iter().zip(&entries) {
            // What the type does not know would be missing here, since it keeps that apart.
            assert_eq!(cors.origin, texts(&entry["origin"]));
            assert_eq!(cors.method, texts(&entry["method"]));
            assert_eq!(cors.response_header, texts(&entry["responseHeader"]));
            let max_age = entry["maxAgeSeconds"].as_i64();
            assert_eq!(Some(i64::from(cors.max_age_seconds)), max_age);
            assert!(entry.as_object().expect("an object").len() <= 4, "{entry}");
        }
    }
}

#[test]
fn azures_type_has_every_rule_and_writes_what_means_the_same() {
    let conversions = written(Target::AzureBlobXml);
    assert!(conversions.len() > 30, "{}", conversions.len());
    for conversion in conversions {
        let (target, written) = (conversion.target, &conversion.output);
        let read: BlobServiceProperties = quick_xml::de::from_str(written).expect("Azure's type");
        let rules = read.cors.as_ref().expect("rules");
        assert_eq!(rules.len(), written.matches("<CorsRule>").count());
        let again = quick_xml::se::to_string(&read).expect("XML");
        let before = Deployment::read(target, written).expect("what was written");
        let after = Deployment::read(target, &again).expect("what Azure's type writes");
        for rule in rules {
            let first = |list: &Option<String>| {
                let list = list.as_deref().unwrap_or_default();
                list.split(',').next().unwrap_or_default().replace('*', "x")
            };
            let origin = first(&rule.allowed_origins);
            let header = first(&rule.allowed_headers);
            for method in ["GET", "PUT", "DELETE"] {
                let requests = [
                    Request::actual(&origin, method),
                    Request::preflight(&origin, method, &[]),
                    Request::preflight(&origin, method, &[&header]),
                ];
                for request in requests {
                    let (before, after) = (before.responses(&request), after.responses(&request));
                    assert_eq!(before, after, "{request}: {written}\n{again}");
                }
            }
        }
    }
}
