"""Validates what is written for AWS's services as its SDK for Python does before it sends a request:
types, members, required ones and ranges, by the services' own models."""

import json
import subprocess
import sys

import botocore.session
from botocore.validate import ParamValidator

# Target; service, operation and the member of its input; the member of the output or all of it.
ROWS = [
    ("function-url", "lambda", "CreateFunctionUrlConfig", "Cors", None),
    ("http-api", "apigatewayv2", "CreateApi", "CorsConfiguration", None),
    ("cloudfront", "cloudfront", "CreateCachePolicy", "CachePolicyConfig", "CachePolicyConfig"),
    ("cloudfront", "s3", "PutBucketCors", "CORSConfiguration", "BucketCorsConfiguration"),
    ("cloudfront-headers-policy", "cloudfront", "CreateResponseHeadersPolicy",
     "ResponseHeadersPolicyConfig", None),
    ("alb", "elbv2", "ModifyListenerAttributes", "Attributes", "Attributes"),
    ("alb", "elbv2", "CreateRule", "Conditions", ("RuleForPreflights", "Conditions")),
    ("alb", "elbv2", "CreateRule", "Actions", ("RuleForPreflights", "Actions")),
]


def member(document, path):
    for name in (path,) if isinstance(path, str) else path or ():
        document = document[name]
    return document


session = botocore.session.get_session()
failures = 0
for target, service, operation, parameter, path in ROWS:
    printed = subprocess.run([sys.argv[1], target], check=True, capture_output=True).stdout
    outputs = json.loads(printed)
    assert outputs, target
    model = session.get_service_model(service).operation_model(operation)
    shape = model.input_shape.members[parameter]
    for output in outputs:
        report = ParamValidator().validate(member(json.loads(output), path), shape)
        if report.has_errors():
            failures += 1
            print(f"{target}: {operation}: {report.generate_report()}\n{output}")
    print(f"{target}: {operation}.{parameter}: {len(outputs)} configurations")
sys.exit(1 if failures else 0)
