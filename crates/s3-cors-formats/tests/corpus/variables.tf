variable "domain" {}

locals {
  origins = ["https://example.com", "https://${var.domain}"]
  methods = ["GET", "HEAD"]
}

resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id
  cors_rule {
    allowed_origins = local.origins
    allowed_methods = local.methods
    max_age_seconds = var.max_age
  }
  cors_rule {
    allowed_origins = ["${var.domain}/", "app.${var.domain}", "https://*.${var.domain}/*"]
    allowed_methods = concat(["PUT"], var.more_methods)
    allowed_headers = ["x-*-${var.name}-*"]
    expose_headers  = ["x-${var.name}-*"]
    max_age_seconds = 600
  }
  cors_rule {
    allowed_origins = var.origins
    allowed_methods = ["GET"]
    max_age_seconds = 600
  }
}
