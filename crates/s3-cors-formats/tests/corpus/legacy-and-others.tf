resource "aws_s3_bucket" "old" {
  bucket = "old"
  acl    = "private"

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "OPTIONS"]
    allowed_origins = "https://example.com"
    exposed_headers = ["ETag"]
    max_age_seconds = "3000"
  }
}

resource "google_storage_bucket" "g" {
  name = "g"
  cors {
    origin = ["*"]
    method = ["GET"]
  }
}

resource "digitalocean_spaces_bucket_cors_configuration" "space" {
  bucket = digitalocean_spaces_bucket.space.id
  region = "nyc3"
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://Example.com"]
    max_age_seconds = 3000
  }
}
