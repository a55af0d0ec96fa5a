locals {
  cors = [
    { origins = ["https://a.example"], methods = ["GET", "HEAD"], age = 60 },
    { origins = ["https://b.example/"], methods = ["GET", "HEAD"], age = 60 },
  ]
}

resource "aws_s3_bucket_cors_configuration" "known" {
  bucket = "b"
  dynamic "cors_rule" {
    for_each = local.cors
    content {
      allowed_origins = cors_rule.value.origins
      allowed_methods = cors_rule.value["methods"]
      max_age_seconds = cors_rule.value.age
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "unknown" {
  bucket = "b"
  dynamic "cors_rule" {
    for_each = var.cors_rules
    iterator = rule
    content {
      allowed_origins = rule.value.allowed_origins
      allowed_methods = ["GET", "get"]
      max_age_seconds = lookup(rule.value, "max_age_seconds", 3000)
    }
  }
}
