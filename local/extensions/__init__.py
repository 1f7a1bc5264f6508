"""What moto 5.2.5 lacks or misreports, as the AWS provider 5.100.0 sees it; one module a service."""

import functools

from local.extensions import (
    apigateway,
    awslambda,
    budgets,
    cloudtrail,
    cloudwatch,
    config,
    dynamodb,
    ec2,
    iam,
    kms,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
)

EXTENSIONS = (
    apigateway,
    awslambda,
    budgets,
    cloudtrail,
    cloudwatch,
    config,
    dynamodb,
    ec2,
    iam,
    kms,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
)
"""Every module here; each says what moto lacks, and has a `register` function."""


@functools.cache
def register() -> None:
    """Puts every extension in place, once; a second call does nothing."""
    for extension in EXTENSIONS:
        extension.register()
