resource "aws_s3_bucket_cors_configuration" "guide" {
  bucket = "guide"
  cors_rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET", "HEAD"]
    expose_headers  = ["ETag"]
    max_age_seconds = 600
  }
  cors_rule {
    allowed_origins = ["https://www.example.com", "https://app.example.com"]
    allowed_methods = ["GET", "HEAD"]
    max_age_seconds = 60
  }
}
