"""How each type of resource is drawn: alone, counted together with others, or not, and then why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.architecture.template import Block, Template, references, targets

PARTS = {
    "aws_api_gateway_stage": "rest_api_id",
    "aws_s3_bucket_policy": "bucket",
    "aws_rds_cluster_instance": "cluster_identifier",
}
"""Types that stand for what they are a part of, and the attribute that names it."""


def _nothing(_template: Template, _block: Block) -> Iterable[str]:
    return ()


def _every(_template: Template, _address: str) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """A type of resource that is drawn.

    Attributes:
        type: Terraform's name of it.
        glyph: Its icon.
        family: Family of AWS services.
        service: What AWS calls it; the line below the resource's name.
        lines: More lines for a resource.
        where: Which resources of the type are meant.
        key: For what is small or many: key of the one node that all of them make.
        title: Title of that node; given once for each key.
        counted: What to call one of them in that node; empty where their number says nothing.
        quiet: Whether arrows to it would be too many: the node says instead who they would come from.
    """

    type: str
    glyph: str
    family: str
    service: str = ""
    lines: Callable[[Template, Block], Iterable[str]] = _nothing
    where: Callable[[Template, str], bool] = _every
    key: str = ""
    title: str = ""
    counted: str = ""
    quiet: bool = False


def _description(_template: Template, block: Block) -> Iterable[str]:
    yield block["description"]


def _operations(template: Template, _block: Block) -> Iterable[str]:
    integrations = template.all("aws_api_gateway_integration").values()
    yield f"{sum('uri' in each for each in integrations)} operations"


def _rules(_template: Template, block: Block) -> Iterable[str]:
    yield f"{len(block['rule'])} rules"


def _limit(_template: Template, block: Block) -> Iterable[str]:
    yield f"{block['limit_amount']} {block['limit_unit']} a {block.get('time_unit', 'MONTHLY').lower()[:-2]}"


def _not(condition: Callable[[Template, str], bool]) -> Callable[[Template, str], bool]:
    return lambda template, address: not condition(template, address)


def _is_dead_letter_queue(template: Template, address: str) -> bool:
    refer = [block.get("redrive_policy") for block in template.all("aws_sqs_queue").values()]
    refer += [block.get("dead_letter_config") for block in template.all("aws_lambda_function").values()]
    return any(address == target for value in refer for target, _ in references(value))


def _holds_access_logs(template: Template, address: str) -> bool:
    logging = template.all("aws_s3_bucket_logging").values()
    receivers = {template.whole(each, PARTS) for block in logging for each in targets(block, "target_bucket")}
    return address in receivers


def _is_federated(template: Template, address: str) -> bool:
    trust = [template.get(document) for document in targets(template.get(address), "assume_role_policy")]
    return any(
        each.startswith("aws_iam_openid_connect_provider.")
        for block in trust
        for each in targets(block, "statement.principals.identifiers")
    )


KINDS = (
    Kind("aws_api_gateway_rest_api", "api", "network", "API Gateway", _operations),
    Kind("aws_wafv2_web_acl", "shield", "security", "AWS WAF", _rules),
    Kind("aws_lambda_function", "lambda", "compute", "", _description),
    Kind("aws_s3_bucket", "bucket", "storage", "Amazon S3", where=_not(_holds_access_logs)),
    Kind("aws_s3_bucket", "bucket", "storage", "Amazon S3", where=_holds_access_logs, quiet=True),
    Kind("aws_dynamodb_table", "table", "database", "DynamoDB"),
    Kind("aws_sqs_queue", "queue", "integration", "Amazon SQS", where=_not(_is_dead_letter_queue)),
    Kind("aws_sns_topic", "topic", "integration", "Amazon SNS"),
    Kind("aws_kinesis_firehose_delivery_stream", "stream", "analytics", "Data Firehose"),
    Kind("aws_cloudtrail", "trail", "management", "CloudTrail"),
    Kind("aws_budgets_budget", "budget", "management", "AWS Budgets", _limit),
    Kind("aws_internet_gateway", "internet", "network"),
    Kind(
        "aws_sqs_queue",
        "queue",
        "integration",
        where=_is_dead_letter_queue,
        key="dead-letter-queues",
        title="Dead letters",
        counted="queue",
        quiet=True,
    ),
    Kind(
        "aws_cloudwatch_log_group",
        "logs",
        "management",
        key="log-groups",
        title="CloudWatch Logs",
        counted="log group",
        quiet=True,
    ),
    Kind(
        "aws_cloudwatch_metric_alarm",
        "alarm",
        "management",
        key="alarms",
        title="CloudWatch",
        counted="alarm",
    ),
    Kind("aws_cloudwatch_composite_alarm", "alarm", "management", key="alarms", counted="composite alarm"),
    Kind("aws_cloudwatch_dashboard", "alarm", "management", key="alarms", counted="dashboard"),
    Kind("aws_cloudwatch_log_metric_filter", "alarm", "management", key="alarms"),
    Kind(
        "aws_cloudwatch_event_rule",
        "events",
        "integration",
        key="event-rules",
        title="EventBridge",
        counted="rule",
    ),
    Kind("aws_config_config_rule", "config", "management", key="config", title="AWS Config", counted="rule"),
    Kind("aws_config_configuration_recorder", "config", "management", key="config", counted="recorder"),
    Kind("aws_config_delivery_channel", "config", "management", key="config"),
    Kind("aws_kms_key", "key", "security", key="keys", title="AWS KMS", counted="key", quiet=True),
    Kind("aws_iam_openid_connect_provider", "provider", "security", "IAM identity provider"),
    Kind("aws_iam_role", "role", "security", "", _description, where=_is_federated),
    Kind(
        "aws_iam_role",
        "role",
        "security",
        where=_not(_is_federated),
        key="iam",
        title="AWS IAM",
        counted="role",
        quiet=True,
    ),
    Kind("aws_iam_policy", "role", "security", key="iam", title="AWS IAM", counted="policy", quiet=True),
)
"""Drawn, besides the network and databases."""


@dataclass(frozen=True)
class Link:
    """A type of resource that says of two others that one sends to the other.

    Attributes:
        type: Terraform's name of it.
        source: Where in it the sender stands, as a dotted path; empty where it is the sender itself.
        target: Where the receiver stands.
        flow: What the arrow is a part of.
        label: What goes there; ``{n}`` before a noun counts what says so.
    """

    type: str
    source: str
    target: str
    flow: str
    label: str


LINKS = (
    Link("aws_wafv2_web_acl_association", "web_acl_arn", "resource_arn", "requests", "let through"),
    Link("aws_api_gateway_integration", "rest_api_id", "uri", "requests", "invokes"),
    Link("aws_s3_bucket_notification", "bucket", "queue.queue_arn", "data", "new object"),
    Link("aws_lambda_event_source_mapping", "event_source_arn", "function_name", "data", "messages"),
    Link("aws_cloudwatch_log_subscription_filter", "log_group_name", "destination_arn", "", "{n} filter"),
    Link(
        "aws_kinesis_firehose_delivery_stream", "", "extended_s3_configuration.bucket_arn", "logs", "delivers"
    ),
    Link("aws_cloudwatch_metric_alarm", "", "alarm_actions", "alerts", "alarms"),
    Link("aws_cloudwatch_composite_alarm", "", "alarm_actions", "alerts", "alarms"),
    Link("aws_cloudwatch_event_target", "rule", "arn", "alerts", "notifications"),
    Link("aws_budgets_budget", "", "notification.subscriber_sns_topic_arns", "alerts", "{n} threshold"),
    Link("aws_config_delivery_channel", "", "s3_bucket_name", "logs", "history"),
    Link("aws_cloudtrail", "", "s3_bucket_name", "logs", "calls"),
    Link("aws_cloudtrail", "", "cloud_watch_logs_group_arn", "logs", "calls"),
    Link("aws_db_event_subscription", "source_ids", "sns_topic", "alerts", "events"),
    Link("aws_wafv2_web_acl_logging_configuration", "resource_arn", "log_destination_configs", "logs", ""),
    Link("aws_api_gateway_stage", "", "access_log_settings.destination_arn", "logs", ""),
    Link("aws_lambda_function", "", "logging_config.log_group", "logs", ""),
    Link("aws_lambda_function", "", "dead_letter_config.target_arn", "data", ""),
    Link("aws_sqs_queue", "", "redrive_policy", "data", ""),
    Link("aws_s3_bucket_logging", "bucket", "target_bucket", "logs", ""),
)
"""Who sends to whom."""

OF_A_BUCKET = "a property of a bucket"
OF_THE_API = "a part of the API"

NOT_DRAWN = {
    "aws_api_gateway_account": "a setting of the account",
    "aws_api_gateway_api_key": "the clients' throttles",
    "aws_api_gateway_deployment": OF_THE_API,
    "aws_api_gateway_gateway_response": OF_THE_API,
    "aws_api_gateway_integration_response": OF_THE_API,
    "aws_api_gateway_method": OF_THE_API,
    "aws_api_gateway_method_response": OF_THE_API,
    "aws_api_gateway_method_settings": OF_THE_API,
    "aws_api_gateway_model": OF_THE_API,
    "aws_api_gateway_request_validator": OF_THE_API,
    "aws_api_gateway_resource": OF_THE_API,
    "aws_api_gateway_usage_plan": "the clients' throttles",
    "aws_api_gateway_usage_plan_key": "the clients' throttles",
    "aws_cloudwatch_log_stream": "a part of a log group",
    "aws_config_configuration_recorder_status": "whether the recorder runs",
    "aws_default_network_acl": "closed, and used by nothing",
    "aws_default_route_table": "empty, and used by nothing",
    "aws_default_security_group": "closed, and used by nothing",
    "aws_eip": "the address of a NAT gateway",
    "aws_iam_account_password_policy": "a setting of the account",
    "aws_kms_alias": "the name of a key",
    "aws_lambda_layer_version": "a part of the functions",
    "aws_lambda_permission": "the other half of what invokes a function",
    "aws_rds_cluster_parameter_group": "settings of the database",
    "aws_s3_bucket_lifecycle_configuration": OF_A_BUCKET,
    "aws_s3_bucket_ownership_controls": OF_A_BUCKET,
    "aws_s3_bucket_policy": OF_A_BUCKET,
    "aws_s3_bucket_public_access_block": OF_A_BUCKET,
    "aws_s3_bucket_server_side_encryption_configuration": OF_A_BUCKET,
    "aws_s3_bucket_versioning": OF_A_BUCKET,
    "aws_sns_topic_policy": "who may publish to a topic",
    "aws_sqs_queue_policy": "who may send to a queue",
    "aws_sqs_queue_redrive_allow_policy": "the other half of a queue's redrive policy",
    "aws_vpc_security_group_egress_rule": "a rule of a security group",
    "aws_vpc_security_group_ingress_rule": "a rule of a security group",
}
"""Types that the picture leaves out, and why."""
