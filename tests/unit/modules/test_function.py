"""A function runs in the VPC, encrypted, traced and bounded, and may do exactly what it has to."""

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from modules.function import Function, FunctionPlatform, FunctionProps
from modules.function_package import Archive
from modules.policy import Statement
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized

FUNCTION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:trading-processor-function-dev"
PLATFORM = FunctionPlatform(
    subnet_ids=["subnet-1", "subnet-2", "subnet-3"],
    environment_key_arn="arn:aws:kms:us-east-1:111122223333:key/functions",
    logs_key_arn="arn:aws:kms:us-east-1:111122223333:key/logs",
    queue_key_arn="arn:aws:kms:us-east-1:111122223333:key/messaging",
    boundary_arn="arn:aws:iam::111122223333:policy/boundary",
    log_level="DEBUG",
    log_retention_days=90,
)


@pytest.fixture(scope="module")
def synthesized() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        schema = SnsTopic(stack, "schema")
        Function(
            stack,
            "function",
            CONTEXT,
            FunctionProps(
                purpose="processor",
                description="Turns trades into bars",
                code=Archive(path="processor.zip", base64_sha256="hash="),
                handler="processor.handler.handler",
                platform=PLATFORM,
                security_group_ids=["sg-1"],
                timeout_seconds=300,
                memory_mb=1769,
                reserved_concurrency=5,
                layer_arns=["arn:layer"],
                environment={"BUCKET": "bucket"},
                statements=[Statement("ReadRaw", ["s3:GetObject"], ["arn:aws:s3:::raw/*"])],
                ephemeral_storage_mb=1024,
                after=[schema],
            ),
        )

    return synthesize(build)


@pytest.fixture(scope="module")
def function(synthesized: Synthesized) -> Block:
    return synthesized.one("aws_lambda_function")


@pytest.fixture(scope="module")
def statements(synthesized: Synthesized) -> dict[str, Block]:
    return synthesized.statements(
        synthesized.one("aws_iam_policy", name="trading-processor-policy-dev")["policy"]
    )


@pytest.mark.requirement("FN-1")
def test_function_is_arm64_on_a_current_runtime_in_the_private_subnets(synthesized: Synthesized) -> None:
    synthesized.one(
        "aws_lambda_function",
        function_name="trading-processor-function-dev",
        architectures=["arm64"],
        runtime="python3.13",
        handler="processor.handler.handler",
        vpc_config={"subnet_ids": ["subnet-1", "subnet-2", "subnet-3"], "security_group_ids": ["sg-1"]},
        tracing_config={"mode": "Active"},
        reserved_concurrent_executions=5,
        timeout=300,
        memory_size=1769,
        ephemeral_storage={"size": 1024},
        layers=["arn:layer"],
    )


@pytest.mark.requirement("FN-1")
def test_new_bytes_are_a_new_upload(function: Block) -> None:
    assert function["filename"] == "processor.zip"
    assert function["source_code_hash"] == "hash="


@pytest.mark.requirement("FN-1")
def test_environment_is_encrypted_with_the_functions_key(function: Block) -> None:
    assert function["kms_key_arn"] == PLATFORM.environment_key_arn
    assert function["environment"] == {
        "variables": {
            "BUCKET": "bucket",
            "POWERTOOLS_METRICS_NAMESPACE": "trading-functions-dev",
            "POWERTOOLS_SERVICE_NAME": "processor",
        }
    }


@pytest.mark.requirement("FN-1")
def test_function_comes_after_its_permissions_and_what_else_it_needs(
    synthesized: Synthesized, function: Block
) -> None:
    attachments = synthesized.all("aws_iam_role_policy_attachment")
    assert sorted(function["depends_on"]) == [
        *(f"aws_iam_role_policy_attachment.{name}" for name in sorted(attachments)),
        "aws_sns_topic.schema",
    ]
    assert attachments


@pytest.mark.requirement("OBS-1")
def test_logs_are_json_in_a_declared_encrypted_group(synthesized: Synthesized, function: Block) -> None:
    logging = function["logging_config"]
    assert logging["log_format"] == "JSON"
    assert logging["application_log_level"] == "DEBUG"
    assert logging["system_log_level"] == "INFO"
    # A reference, so that the group exists before the function could make one of its own.
    type_, group = synthesized.target(logging["log_group"])
    assert type_ == "aws_cloudwatch_log_group"
    assert group["name"] == "/aws/lambda/trading-processor-function-dev"
    assert group["kms_key_id"] == PLATFORM.logs_key_arn
    assert group["retention_in_days"] == 90


@pytest.mark.requirement("FN-1")
def test_failed_asynchronous_invocations_wait_14_days_in_an_encrypted_queue(
    synthesized: Synthesized, function: Block
) -> None:
    type_, queue = synthesized.target(function["dead_letter_config"]["target_arn"])
    assert type_ == "aws_sqs_queue"
    assert queue["name"] == "trading-processor-dlq-dev"
    assert queue["kms_master_key_id"] == PLATFORM.queue_key_arn
    assert queue["message_retention_seconds"] == 14 * 24 * 3600


@pytest.mark.requirement("IAM-1")
@pytest.mark.requirement("IAM-2")
def test_function_has_a_bounded_role_of_its_own(synthesized: Synthesized, function: Block) -> None:
    type_, role = synthesized.target(function["role"])
    assert type_ == "aws_iam_role"
    assert role["name"] == "trading-processor-role-dev"
    assert role["permissions_boundary"] == PLATFORM.boundary_arn


@pytest.mark.requirement("IAM-1")
def test_function_may_do_what_it_was_given_and_what_every_function_needs(
    statements: dict[str, Block],
) -> None:
    assert {sid: statement["actions"] for sid, statement in statements.items()} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "DecryptEnvironment": ["kms:Decrypt"],
        "SendDeadLetter": ["sqs:SendMessage"],
        "SendDeadLetterKey": ["kms:GenerateDataKey", "kms:Decrypt"],
        "WriteTraces": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "ManageNetworkInterfaces": [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
        ],
        "DescribeNetwork": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
        "NoNetworkChangesByCode": [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
        ],
        "ReadRaw": ["s3:GetObject"],
    }


@pytest.mark.requirement("IAM-1")
def test_only_what_has_no_resource_level_is_allowed_on_everything(statements: dict[str, Block]) -> None:
    on_everything = {
        sid
        for sid, statement in statements.items()
        if "*" in statement["resources"] and statement["effect"] == "Allow"
    }
    assert on_everything == {"WriteTraces", "DescribeNetwork"}


@pytest.mark.requirement("IAM-1")
def test_function_writes_to_its_own_log_group_only(
    synthesized: Synthesized, statements: dict[str, Block]
) -> None:
    (resource,) = statements["WriteLogs"]["resources"]
    reference, separator, streams = resource.partition(":log-stream:")
    assert separator
    assert streams == "*"
    assert synthesized.target(reference)[1]["name"] == "/aws/lambda/trading-processor-function-dev"


@pytest.mark.requirement("IAM-1")
def test_environments_key_decrypts_this_functions_environment_only(statements: dict[str, Block]) -> None:
    statement = statements["DecryptEnvironment"]
    assert statement["resources"] == [PLATFORM.environment_key_arn]
    assert statement["condition"] == [
        {
            "test": "StringEquals",
            "variable": "kms:EncryptionContext:aws:lambda:FunctionArn",
            "values": [FUNCTION_ARN],
        }
    ]


@pytest.mark.requirement("IAM-1")
def test_network_interfaces_are_lambdas_business_not_the_codes(statements: dict[str, Block]) -> None:
    assert statements["ManageNetworkInterfaces"]["resources"] == ["arn:aws:ec2:us-east-1:111122223333:*/*"]
    deny = statements["NoNetworkChangesByCode"]
    assert deny["effect"] == "Deny"
    assert deny["condition"] == [
        {"test": "ArnEquals", "variable": "lambda:SourceFunctionArn", "values": [FUNCTION_ARN]}
    ]


@pytest.mark.requirement("GEN-4")
def test_everything_is_tagged(synthesized: Synthesized) -> None:
    tags = {
        "Environment": "dev",
        "CostCenter": "trading-platform",
        "Compliance": "PCI-DSS",
        "DataClassification": "Confidential",
    }
    for type_, name in {
        "aws_lambda_function": "trading-processor-function-dev",
        "aws_sqs_queue": "trading-processor-dlq-dev",
        "aws_cloudwatch_log_group": "/aws/lambda/trading-processor-function-dev",
    }.items():
        assert synthesized.one(type_)["tags"] == {**tags, "Name": name}


@pytest.mark.requirement("OBS-3")
def test_function_names_the_metrics_that_it_reports() -> None:
    def build(stack: TerraformStack) -> None:
        function = Function(
            stack,
            "function",
            CONTEXT,
            FunctionProps(
                "processor", "d", Archive("zip", "hash="), "p.handler.handler", PLATFORM, ["sg-1"], 3, 128, 2
            ),
        )
        metric = function.metric("Rejects")
        assert (metric.namespace, metric.name) == ("trading-functions-dev", "Rejects")
        assert metric.dimensions == {"service": "processor"}

    environment = synthesize(build).one("aws_lambda_function")["environment"]["variables"]
    assert environment["POWERTOOLS_METRICS_NAMESPACE"] == "trading-functions-dev"
    assert environment["POWERTOOLS_SERVICE_NAME"] == "processor"
