"""Lambda functions: arm64, in the VPC, encrypted, traced, bounded (FN-1), each with its own role (IAM-1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from constructs import Construct

from modules.alarms import Metric
from modules.context import Context, DataClassification
from modules.function_package import Archive
from modules.function_runtime import ARCHITECTURE, RUNTIME
from modules.grants import send_to_queue
from modules.log_group import RETENTION_DAYS, LogGroup, LogGroupProps
from modules.policy import Condition, Statement
from modules.queue import Queue, QueueProps
from modules.role import Role, RoleProps

_NETWORK_INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)
_NETWORK_DESCRIPTION_ACTIONS = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")


@dataclass(frozen=True)
class FunctionPlatform:
    """What all functions of a stack share.

    Attributes:
        subnet_ids: Private subnets.
        environment_key_arn: Key of the functions' environment variables.
        logs_key_arn: Key of the log groups.
        queue_key_arn: Key of the dead-letter queues.
        boundary_arn: Permissions boundary of the roles.
        log_level: Least severe log line of the functions, ``DEBUG`` or ``INFO``. Above these Lambda drops
            lines without a level, such as the metrics that functions report (Lambda developer guide,
            "Log-level filtering").
        log_retention_days: Days that logs stay searchable.
    """

    subnet_ids: Sequence[str]
    environment_key_arn: str
    logs_key_arn: str
    queue_key_arn: str
    boundary_arn: str
    log_level: str = "INFO"
    log_retention_days: int = RETENTION_DAYS


@dataclass(frozen=True)
class FunctionProps:
    """Properties of a function.

    Attributes:
        purpose: Purpose part of the names (``api`` gives ``trading-api-function-dev``).
        description: What it does, as the console shows it.
        code: Its zip.
        handler: ``<package>.<module>.<function>``.
        platform: What all functions share.
        security_group_ids: Security groups of its network interfaces.
        timeout_seconds: Time-out of an invocation, 1 to 900.
        memory_mb: Memory, 128 to 10240 MiB; processor power comes with it (1769 MiB is one core).
        reserved_concurrency: Executions at once, kept for it and never exceeded.
        layer_arns: Layers, in the order in which they are unpacked.
        environment: Environment variables beside those of Powertools; never secrets.
        statements: What it may do beside what every function does. See ``modules.grants``.
        ephemeral_storage_mb: Space in ``/tmp``, 512 to 10240 MiB.
        classification: Data classification of what it works on.
        after: What has to be there before the function is made or changed, such as a database's schema.
    """

    purpose: str
    description: str
    code: Archive
    handler: str
    platform: FunctionPlatform
    security_group_ids: Sequence[str]
    timeout_seconds: int
    memory_mb: int
    reserved_concurrency: int
    layer_arns: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    statements: Sequence[Statement] = ()
    ephemeral_storage_mb: int = 512
    classification: DataClassification = DataClassification.CONFIDENTIAL
    after: Sequence[ITerraformDependable] = ()


class Function(Construct):
    """A function with its role, log group and dead-letter queue.

    The dead-letter queue takes asynchronous invocations that failed every retry. What a queue or a stream
    triggers has a failure queue of its own at the source.

    Attributes:
        name: The function's name.
        arn: The function's ARN.
        invoke_arn: ARN by which API Gateway invokes it.
        role_arn: ARN of its role.
        code_sha256: Hash of its zip, known before an apply.
        log_group: Its log group.
        dead_letter_queue: Its dead-letter queue.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: FunctionProps) -> None:
        super().__init__(scope, id_)
        platform = props.platform
        self._purpose = props.purpose
        self._metrics_namespace = context.name("functions")
        name = context.name(f"{props.purpose}-function")
        self.log_group = LogGroup(
            self,
            "log-group",
            context,
            LogGroupProps(
                name=f"/aws/lambda/{name}",
                key_arn=platform.logs_key_arn,
                classification=props.classification,
                retention_days=platform.log_retention_days,
            ),
        )
        self.dead_letter_queue = Queue(
            self,
            "dead-letter-queue",
            context,
            QueueProps(f"{props.purpose}-dlq", platform.queue_key_arn, classification=props.classification),
        )
        role = Role(
            self,
            "role",
            context,
            RoleProps(
                purpose=props.purpose,
                description=f"Role of the function {name}",
                service="lambda.amazonaws.com",
                boundary_arn=platform.boundary_arn,
                statements=[*self._own_statements(context, name, platform), *props.statements],
            ),
        )
        function = LambdaFunction(
            self,
            "function",
            function_name=name,
            description=props.description,
            role=role.arn,
            architectures=[ARCHITECTURE],
            runtime=RUNTIME,
            handler=props.handler,
            filename=props.code.path,
            source_code_hash=props.code.base64_sha256,
            layers=list(props.layer_arns),
            timeout=props.timeout_seconds,
            memory_size=props.memory_mb,
            ephemeral_storage=LambdaFunctionEphemeralStorage(size=props.ephemeral_storage_mb),
            reserved_concurrent_executions=props.reserved_concurrency,
            environment=LambdaFunctionEnvironment(
                variables={
                    "POWERTOOLS_SERVICE_NAME": props.purpose,
                    "POWERTOOLS_METRICS_NAMESPACE": self._metrics_namespace,
                    **props.environment,
                }
            ),
            kms_key_arn=platform.environment_key_arn,
            vpc_config=LambdaFunctionVpcConfig(
                subnet_ids=list(platform.subnet_ids), security_group_ids=list(props.security_group_ids)
            ),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=self.dead_letter_queue.arn),
            logging_config=LambdaFunctionLoggingConfig(
                log_format="JSON",
                log_group=self.log_group.name,
                application_log_level=platform.log_level,
                # The report of each invocation: duration, memory, time-out.
                system_log_level="INFO",
            ),
            tags=context.tags(props.classification, name),
            # Lambda checks at creation that the role may make network interfaces and write to the queue.
            depends_on=[*role.attachments, *props.after],
        )
        self.name = function.function_name
        self.arn = function.arn
        self.invoke_arn = function.invoke_arn
        self.role_arn = role.arn
        self.code_sha256 = props.code.base64_sha256

    def metric(self, name: str, statistic: str = "Sum") -> Metric:
        """Return one of the metrics that the function itself reports (through Powertools, in EMF)."""
        return Metric(self._metrics_namespace, name, {"service": self._purpose}, statistic)

    def _own_statements(self, context: Context, name: str, platform: FunctionPlatform) -> list[Statement]:
        """Return what every function needs, whatever it does."""
        # Written out, since the function itself comes after its role.
        function_arn = f"arn:{context.partition}:lambda:{context.region}:{context.account_id}:function:{name}"
        return [
            Statement(
                "WriteLogs",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                [f"{self.log_group.arn}:log-stream:*"],
            ),
            Statement(
                "DecryptEnvironment",
                ["kms:Decrypt"],
                [platform.environment_key_arn],
                conditions=[
                    Condition("StringEquals", "kms:EncryptionContext:aws:lambda:FunctionArn", [function_arn])
                ],
            ),
            *send_to_queue(context, "DeadLetter", self.dead_letter_queue.arn, platform.queue_key_arn),
            # On *: X-Ray has no resource level for these.
            Statement("WriteTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
            # Lambda makes the network interfaces with the function's role, and wants all ids to be allowed
            # (Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC").
            Statement(
                "ManageNetworkInterfaces",
                _NETWORK_INTERFACE_ACTIONS,
                [f"arn:{context.partition}:ec2:{context.region}:{context.account_id}:*/*"],
            ),
            # On *: EC2 has no resource level for descriptions.
            Statement("DescribeNetwork", _NETWORK_DESCRIPTION_ACTIONS, ["*"]),
            # Lambda itself may do so, the function's code may not (same page).
            Statement(
                "NoNetworkChangesByCode",
                effect="Deny",
                actions=[*_NETWORK_INTERFACE_ACTIONS, *_NETWORK_DESCRIPTION_ACTIONS],
                resources=["*"],
                conditions=[Condition("ArnEquals", "lambda:SourceFunctionArn", [function_arn])],
            ),
        ]
