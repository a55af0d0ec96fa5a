resource "scaleway_object_bucket" "media" {
  name = "media"
  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://example.com"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }
}

resource "minio_s3_bucket_cors" "media" {
  bucket = minio_s3_bucket.media.bucket
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://*.example.com", "https://example.com"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_cors_configuration" "each" {
  for_each = toset(["a", "b"])
  bucket   = each.key
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://${each.key}.example.com"]
    max_age_seconds = 3600
  }
}

resource "azurerm_storage_account" "a" {
  name = "a"
  blob_properties {
    cors_rule {
      allowed_headers    = ["*"]
      allowed_methods    = ["GET"]
      allowed_origins    = ["*"]
      exposed_headers    = ["*"]
      max_age_in_seconds = 60
    }
  }
}
