//! Conversions of a few configurations, looked at closely.

use s3_cors::CorsConfiguration;
use s3_cors_formats::{Target, convert};

#[test]
#[ignore = "prints"]
fn print() {
    let rules = CorsConfiguration::from_text(
        r#"[{"ID":"app","AllowedOrigins": ["https://app.example.com", "https://*.example.org"], "AllowedMethods": ["GET","PUT"], "AllowedHeaders": ["content-type","x-amz-*"],"ExposeHeaders":["ETag"], "MaxAgeSeconds": 60},
            {"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"]}]"#,
    )
    .unwrap();
    for target in Target::ALL {
        println!("=== {}", target.name());
        match convert(&rules, target) {
            Ok(conversion) => {
                println!("{}", conversion.output);
                for difference in &conversion.differences {
                    println!("{difference}");
                }
                println!("{:?}", conversion.rewritten);
            }
            Err(error) => println!("{error}"),
        }
    }
}
