//! Where rules can be written to.

use s3_cors::Dialect;

/// A service or a file format that [`convert`](crate::convert) writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// One of S3's own forms.
    S3(Dialect),
    /// An `aws_s3_bucket_cors_configuration`.
    Terraform,
    /// An `AWS::S3::Bucket` in YAML.
    CloudFormationYaml,
    /// What `gcloud storage buckets update --cors-file` takes.
    Gcs,
    /// The XML of Azure's Set Blob Service Properties.
    AzureBlobXml,
    /// The same in an ARM template.
    AzureBlobArm,
    /// What `wrangler r2 bucket cors set --file` takes.
    R2,
    /// CloudFront in front of the bucket, which responds itself: cache policy and methods.
    CloudFront,
    /// A response headers policy of CloudFront.
    CloudFrontHeadersPolicy,
    /// A function of CloudFront that responds as S3 does.
    CloudFrontFunction,
    /// The `Cors` of a Lambda function URL.
    FunctionUrl,
    /// The `CorsConfiguration` of an HTTP API of API Gateway.
    HttpApi,
    /// `OPTIONS` with a mock integration in a REST API of API Gateway.
    RestApi,
    /// The listener attributes of an Application Load Balancer.
    Alb,
}

impl Target {
    /// All targets but S3's own forms.
    pub const ALL: [Self; 13] = [
        Self::Terraform,
        Self::CloudFormationYaml,
        Self::Gcs,
        Self::AzureBlobXml,
        Self::AzureBlobArm,
        Self::R2,
        Self::CloudFront,
        Self::CloudFrontHeadersPolicy,
        Self::CloudFrontFunction,
        Self::FunctionUrl,
        Self::HttpApi,
        Self::RestApi,
        Self::Alb,
    ];

    /// All targets, S3's own forms first.
    pub fn all() -> impl Iterator<Item = Self> {
        Dialect::ALL.into_iter().map(Self::S3).chain(Self::ALL)
    }

    /// The name that the command line takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3(dialect) => dialect.as_str(),
            Self::Terraform => "terraform",
            Self::CloudFormationYaml => "cloudformation-yaml",
            Self::Gcs => "gcs",
            Self::AzureBlobXml => "azure-blob",
            Self::AzureBlobArm => "azure-blob-arm",
            Self::R2 => "r2",
            Self::CloudFront => "cloudfront",
            Self::CloudFrontHeadersPolicy => "cloudfront-headers-policy",
            Self::CloudFrontFunction => "cloudfront-function",
            Self::FunctionUrl => "function-url",
            Self::HttpApi => "http-api",
            Self::RestApi => "rest-api",
            Self::Alb => "alb",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::S3(dialect) => dialect.description(),
            Self::Terraform => "Terraform: aws_s3_bucket_cors_configuration",
            Self::CloudFormationYaml => "CloudFormation: an AWS::S3::Bucket in YAML",
            Self::Gcs => {
                "Google Cloud Storage: what `gcloud storage buckets update --cors-file` takes"
            }
            Self::AzureBlobXml => "Azure Storage: the XML of Set Blob Service Properties",
            Self::AzureBlobArm => "Azure Storage: an ARM template",
            Self::R2 => "Cloudflare R2: what `wrangler r2 bucket cors set --file` takes",
            Self::CloudFront => {
                "CloudFront that passes the bucket's responses on: cache policy and methods"
            }
            Self::CloudFrontHeadersPolicy => "CloudFront: a response headers policy",
            Self::CloudFrontFunction => "CloudFront: a function that responds as S3 does",
            Self::FunctionUrl => "Lambda: the Cors of a function URL",
            Self::HttpApi => "API Gateway: the CorsConfiguration of an HTTP API",
            Self::RestApi => "API Gateway: OPTIONS with a mock integration in a REST API",
            Self::Alb => "Application Load Balancer: listener attributes",
        }
    }

    /// The target with a name.
    ///
    /// ```
    /// use s3_cors_formats::Target;
    ///
    /// assert_eq!(Target::named("http-api"), Some(Target::HttpApi));
    /// assert_eq!(Target::named("xml"), Some(Target::S3(s3_cors::Dialect::Xml)));
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|target| target.name() == name)
    }

    /// What to know before using the output: who responds to preflights there, and what to leave
    /// to whom. Empty if there is nothing.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::S3(Dialect::CloudFormation) => {
                "CloudFormation sends MaxAge 0 where it is left out: write MaxAge for what you \
                 mean."
            }
            Self::S3(_) => "",
            Self::Terraform => {
                "One resource holds all rules of a bucket: two for one bucket replace each other. \
                 Terraform does not keep the order of the rules."
            }
            Self::CloudFormationYaml => {
                "CloudFormation sends MaxAge 0 where it is left out, so it is written out here."
            }
            Self::Gcs => {
                "Only the XML API (storage.googleapis.com/BUCKET) obeys these rules; the JSON API \
                 allows every origin. Cookies and client certificates are never allowed. Names of \
                 headers that begin with x-amz- mean nothing there."
            }
            Self::AzureBlobXml | Self::AzureBlobArm => {
                "The rules are those of the account's whole blob service, not of a container. The \
                 first rule for an origin and a method decides, even if it does not allow the \
                 headers."
            }
            Self::R2 => {
                "Rules take up to 30 seconds to apply. Behind a custom domain, purge the cache \
                 after a change."
            }
            Self::CloudFront => {
                "The bucket responds to preflights, and CloudFront passes its responses on: keep \
                 the rules on the bucket, use no response headers policy with CORS beside it, and \
                 no CORS in the app."
            }
            Self::CloudFrontHeadersPolicy => {
                "CloudFront adds headers and responds to no preflight: OPTIONS must be allowed in \
                 the cache behaviour, and the origin must respond to it with 200 to 299. Let the \
                 policy respond or the app, never both."
            }
            Self::CloudFrontFunction => {
                "Attach the function to viewer requests and to viewer responses of the cache \
                 behaviour, and allow OPTIONS there. CloudFront does not run it for responses of \
                 400 and more, so those have no CORS headers. Let the function respond or the \
                 bucket, never both."
            }
            Self::FunctionUrl => {
                "Lambda responds to preflights itself, and adds these headers to what the function \
                 sends: take CORS out of the function, or a response has \
                 Access-Control-Allow-Origin twice, which browsers refuse."
            }
            Self::HttpApi => {
                "API Gateway responds to preflights itself, even without a route, and ignores the \
                 CORS headers of the integration."
            }
            Self::RestApi => {
                "API Gateway responds to OPTIONS from here, and the integration must send the CORS \
                 headers of all other responses. A default authorizer must not cover OPTIONS."
            }
            Self::Alb => {
                "The load balancer puts these headers on every response and overwrites those of \
                 the app. For more than one origin leave the attributes empty and let the app \
                 respond."
            }
        }
    }
}
