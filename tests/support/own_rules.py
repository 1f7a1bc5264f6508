"""What each compliance rule sees in a synthesized stack: checks that return what does not comply (CFG-4)."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from modules.pci_dss_rules import PCI_DSS_RULES
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import REQUIRED

Check: TypeAlias = Callable[[Synthesized], list[str]]

NOT_IN_A_STACK = {
    "ROOT_ACCOUNT_MFA_ENABLED": "the root user's second factor is set up by hand",
    "IAM_ROOT_ACCESS_KEY_CHECK": "the root user's access keys are no resource",
    "RDS_SNAPSHOT_ENCRYPTED": "snapshots are made by RDS, and are encrypted as their cluster is",
    "RDS_SNAPSHOTS_PUBLIC_PROHIBITED": "snapshots are made by RDS, and sharing one is a step of its own",
    "SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK": "a rotation succeeds or fails when it runs",
}
"""Rules whose subject no synthesized stack shows, and why."""

OF_THE_ACCOUNT = frozenset({"IAM_PASSWORD_POLICY", "MULTI_REGION_CLOUD_TRAIL_ENABLED"})
"""Rules about something that an account has once, from a stack that does the platform's work."""

PARAMETERS = {rule.identifier: rule.parameters for rule in PCI_DSS_RULES}


def check_for(identifier: str) -> Check:
    """Return the check of a rule."""
    return _CHECKS[identifier]


def checked() -> set[str]:
    """Return the identifiers of the rules that have a check."""
    return set(_CHECKS)


_CHECKS: dict[str, Check] = {}


def _checks(*identifiers: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _CHECKS.update(dict.fromkeys(identifiers, check))
        return check

    return register


def _block(value: object) -> Block:
    """Return a nested block, which Terraform's JSON may write as a list of one."""
    if isinstance(value, list):
        value = value[0] if value else {}
    return value if isinstance(value, dict) else {}


def _failing(type_: str, complies: Callable[[Block], object]) -> Check:
    """Return the check that every resource of a type complies."""
    return lambda stack: [f"{type_}.{id_}" for id_, block in stack.all(type_).items() if not complies(block)]


def _of(stack: Synthesized, type_: str, attribute: str, address: str) -> list[Block]:
    """Return the resources of a type whose attribute refers to a resource."""
    return [block for block in stack.all(type_).values() if f"{address}." in str(block.get(attribute, ""))]


def _buckets(stack: Synthesized, *, confidential_only: bool = False) -> Iterator[str]:
    for id_, bucket in stack.all("aws_s3_bucket").items():
        if not confidential_only or bucket["tags"]["DataClassification"] == "Confidential":
            yield f"aws_s3_bucket.{id_}"


def _each_bucket(
    type_: str, complies: Callable[[Block], object], *, confidential_only: bool = False
) -> Check:
    """Return the check that every bucket has a resource of a type that complies."""
    return lambda stack: [
        address
        for address in _buckets(stack, confidential_only=confidential_only)
        if not any(complies(block) for block in _of(stack, type_, "bucket", address))
    ]


def _allows_everybody(stack: Synthesized, policy: str) -> bool:
    return any(
        statement.get("effect", "Allow") == "Allow"
        and not statement.get("condition")
        and any("*" in principal["identifiers"] for principal in statement.get("principals", []))
        for statement in stack.statements(policy).values()
    )


def _open_to_everybody(*types: str) -> Check:
    return lambda stack: [
        f"{type_}.{id_}"
        for type_ in types
        for id_, block in stack.all(type_).items()
        if "policy" in block and _allows_everybody(stack, block["policy"])
    ]


def _default_encryption(block: Block) -> Block:
    return _block(_block(block["rule"])["apply_server_side_encryption_by_default"])


_CHECKS.update(
    {
        "RDS_CLUSTER_ENCRYPTED_AT_REST": _failing(
            "aws_rds_cluster", lambda b: b.get("storage_encrypted") is True and b.get("kms_key_id")
        ),
        "ENCRYPTED_VOLUMES": _failing("aws_ebs_volume", lambda b: b.get("encrypted") is True),
        "DYNAMODB_TABLE_ENCRYPTED_KMS": _failing(
            "aws_dynamodb_table",
            lambda b: (
                _block(b.get("server_side_encryption")).get("enabled") is True
                and _block(b["server_side_encryption"]).get("kms_key_arn")
            ),
        ),
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": _each_bucket(
            "aws_s3_bucket_server_side_encryption_configuration",
            lambda b: _default_encryption(b)["sse_algorithm"] in {"AES256", "aws:kms"},
        ),
        "S3_DEFAULT_ENCRYPTION_KMS": _each_bucket(
            "aws_s3_bucket_server_side_encryption_configuration",
            lambda b: (
                _default_encryption(b)["sse_algorithm"] == "aws:kms"
                and _default_encryption(b).get("kms_master_key_id")
            ),
            confidential_only=True,
        ),
        "CLOUDWATCH_LOG_GROUP_ENCRYPTED": _failing("aws_cloudwatch_log_group", lambda b: b.get("kms_key_id")),
        "SNS_ENCRYPTED_KMS": _failing("aws_sns_topic", lambda b: b.get("kms_master_key_id")),
        "KINESIS_STREAM_ENCRYPTED": _failing(
            "aws_kinesis_stream", lambda b: b.get("encryption_type") == "KMS" and b.get("kms_key_id")
        ),
        "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED": _failing(
            "aws_kinesis_firehose_delivery_stream",
            lambda b: _block(b.get("server_side_encryption")).get("enabled") is True,
        ),
        "EFS_ENCRYPTED_CHECK": _failing(
            "aws_efs_file_system", lambda b: b.get("encrypted") is True and b.get("kms_key_id")
        ),
        "BACKUP_RECOVERY_POINT_ENCRYPTED": _failing("aws_backup_vault", lambda b: b.get("kms_key_arn")),
        "CLOUD_TRAIL_ENCRYPTION_ENABLED": _failing("aws_cloudtrail", lambda b: b.get("kms_key_id")),
        "CMK_BACKING_KEY_ROTATION_ENABLED": _failing(
            "aws_kms_key", lambda b: b.get("enable_key_rotation") is True
        ),
        "KMS_KEY_POLICY_NO_PUBLIC_ACCESS": _open_to_everybody("aws_kms_key"),
        "S3_BUCKET_LOGGING_ENABLED": _each_bucket(
            "aws_s3_bucket_logging", lambda b: b.get("target_bucket"), confidential_only=True
        ),
        "APIGATEWAY_STAGE_ACCESS_LOGS_ENABLED": _failing(
            "aws_api_gateway_stage", lambda b: _block(b.get("access_log_settings")).get("destination_arn")
        ),
        "RDS_AURORA_POSTGRESQL_LOGS_TO_CLOUDWATCH": _failing(
            "aws_rds_cluster", lambda b: "postgresql" in b.get("enabled_cloudwatch_logs_exports", [])
        ),
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED": _failing(
            "aws_cloudtrail",
            lambda b: b.get("cloud_watch_logs_group_arn") and b.get("cloud_watch_logs_role_arn"),
        ),
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED": _failing(
            "aws_cloudtrail", lambda b: b.get("enable_log_file_validation") is True
        ),
        "CW_LOGGROUP_RETENTION_PERIOD_CHECK": _failing(
            "aws_cloudwatch_log_group",
            lambda b: (
                b.get("retention_in_days", 0)
                >= int(PARAMETERS["CW_LOGGROUP_RETENTION_PERIOD_CHECK"]["MinRetentionTime"])
            ),
        ),
        "CLOUDWATCH_ALARM_ACTION_CHECK": _failing(
            "aws_cloudwatch_metric_alarm",
            lambda b: b.get("alarm_actions") and b.get("actions_enabled") is not False,
        ),
        "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED": _each_bucket(
            "aws_s3_bucket_public_access_block",
            lambda b: all(
                b.get(setting) is True
                for setting in (
                    "block_public_acls",
                    "block_public_policy",
                    "ignore_public_acls",
                    "restrict_public_buckets",
                )
            ),
        ),
        "S3_BUCKET_ACL_PROHIBITED": _each_bucket(
            "aws_s3_bucket_ownership_controls",
            lambda b: _block(b["rule"])["object_ownership"] == "BucketOwnerEnforced",
        ),
        "RDS_INSTANCE_PUBLIC_ACCESS_CHECK": _failing(
            "aws_rds_cluster_instance", lambda b: b.get("publicly_accessible") is not True
        ),
        "LAMBDA_INSIDE_VPC": _failing(
            "aws_lambda_function", lambda b: _block(b.get("vpc_config")).get("subnet_ids")
        ),
        "SNS_TOPIC_NO_PUBLIC_ACCESS": _open_to_everybody("aws_sns_topic_policy", "aws_sns_topic"),
        "SQS_QUEUE_NO_PUBLIC_ACCESS": _open_to_everybody("aws_sqs_queue_policy", "aws_sqs_queue"),
        "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED": _failing(
            "aws_subnet", lambda b: b.get("map_public_ip_on_launch") is not True
        ),
        "S3_BUCKET_VERSIONING_ENABLED": _each_bucket(
            "aws_s3_bucket_versioning",
            lambda b: _block(b["versioning_configuration"])["status"] == "Enabled",
        ),
        "RDS_CLUSTER_BACKUP_RETENTION_CHECK": _failing(
            "aws_rds_cluster",
            lambda b: (
                b.get("backup_retention_period", 1)
                >= int(PARAMETERS["RDS_CLUSTER_BACKUP_RETENTION_CHECK"]["minimumBackupRetentionPeriod"])
            ),
        ),
        "DYNAMODB_PITR_ENABLED": _failing(
            "aws_dynamodb_table", lambda b: _block(b.get("point_in_time_recovery")).get("enabled") is True
        ),
        "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED": _failing(
            "aws_rds_cluster_instance", lambda b: b.get("auto_minor_version_upgrade") is not False
        ),
        "RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED": _failing(
            "aws_rds_cluster", lambda b: b.get("iam_database_authentication_enabled") is True
        ),
    }
)


@_checks("RDS_STORAGE_ENCRYPTED")
def _instances(stack: Synthesized) -> list[str]:
    """An Aurora instance is encrypted as its cluster is."""
    return [
        f"aws_rds_cluster_instance.{id_}"
        for id_, instance in stack.all("aws_rds_cluster_instance").items()
        if stack.target(instance["cluster_identifier"])[1].get("storage_encrypted") is not True
    ] + _failing("aws_db_instance", lambda b: b.get("storage_encrypted") is True)(stack)


@_checks("SECRETSMANAGER_USING_CMK")
def _secret_keys(stack: Synthesized) -> list[str]:
    managed = _failing("aws_rds_cluster", lambda b: b.get("master_user_secret_kms_key_id"))
    return managed(stack) + _failing("aws_secretsmanager_secret", lambda b: b.get("kms_key_id"))(stack)


@_checks("SECRETSMANAGER_ROTATION_ENABLED_CHECK")
def _rotations(stack: Synthesized) -> list[str]:
    most = int(PARAMETERS["SECRETSMANAGER_ROTATION_ENABLED_CHECK"]["maximumAllowedRotationFrequency"])
    owners = [f"aws_secretsmanager_secret.{id_}" for id_ in stack.all("aws_secretsmanager_secret")]
    owners += [
        f"aws_rds_cluster.{id_}"
        for id_, cluster in stack.all("aws_rds_cluster").items()
        if cluster.get("manage_master_user_password")
    ]
    return [
        owner
        for owner in owners
        if not any(
            _block(rotation["rotation_rules"])["automatically_after_days"] <= most
            for rotation in _of(stack, "aws_secretsmanager_secret_rotation", "secret_id", owner)
        )
    ]


@_checks("S3_BUCKET_SSL_REQUESTS_ONLY")
def _plain_text(stack: Synthesized) -> list[str]:
    def refuses(policy: Block) -> bool:
        return any(
            statement["effect"] == "Deny"
            and statement["actions"] == ["s3:*"]
            and len(statement["resources"]) == 2
            and statement["principals"] == [{"type": "*", "identifiers": ["*"]}]
            and statement["condition"]
            == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]
            for statement in stack.statements(policy["policy"]).values()
        )

    return _each_bucket("aws_s3_bucket_policy", refuses)(stack)


@_checks("API_GW_EXECUTION_LOGGING_ENABLED")
def _execution_logs(stack: Synthesized) -> list[str]:
    levels = PARAMETERS["API_GW_EXECUTION_LOGGING_ENABLED"]["loggingLevel"].split(",")
    return [
        id_
        for id_ in stack.all("aws_api_gateway_stage")
        if not any(
            settings["method_path"] == "*/*" and _block(settings["settings"]).get("logging_level") in levels
            for settings in _of(
                stack, "aws_api_gateway_method_settings", "stage_name", f"aws_api_gateway_stage.{id_}"
            )
        )
    ]


@_checks("WAFV2_LOGGING_ENABLED")
def _firewall_logs(stack: Synthesized) -> list[str]:
    return [
        id_
        for id_ in stack.all("aws_wafv2_web_acl")
        if not _of(
            stack, "aws_wafv2_web_acl_logging_configuration", "resource_arn", f"aws_wafv2_web_acl.{id_}"
        )
    ]


@_checks("API_GW_ASSOCIATED_WITH_WAF")
def _firewalls(stack: Synthesized) -> list[str]:
    return [
        id_
        for id_ in stack.all("aws_api_gateway_stage")
        if not _of(stack, "aws_wafv2_web_acl_association", "resource_arn", f"aws_api_gateway_stage.{id_}")
    ]


@_checks("VPC_FLOW_LOGS_ENABLED")
def _flow_logs(stack: Synthesized) -> list[str]:
    return [
        id_
        for id_ in stack.all("aws_vpc")
        if not any(
            log["traffic_type"] == "ALL" for log in _of(stack, "aws_flow_log", "vpc_id", f"aws_vpc.{id_}")
        )
    ]


@_checks("MULTI_REGION_CLOUD_TRAIL_ENABLED")
def _regions(stack: Synthesized) -> list[str]:
    trails = stack.all("aws_cloudtrail", is_multi_region_trail=True)
    return [] if trails else ["no trail records every region"]


def _trail_buckets(check: str) -> Check:
    """Return the check of a bucket's rule, for the buckets of trails only."""

    def of_trails(stack: Synthesized) -> list[str]:
        policies = [stack.target(t["s3_bucket_name"])[1] for t in stack.all("aws_cloudtrail").values()]
        return [
            address
            for address in _CHECKS[check](stack)
            if any(f"{address}." in policy["bucket"] for policy in policies)
        ]

    return of_trails


_CHECKS["CLOUDTRAIL_S3_BUCKET_ACCESS_LOGGING"] = _trail_buckets("S3_BUCKET_LOGGING_ENABLED")
_CHECKS["CLOUDTRAIL_S3_BUCKET_PUBLIC_ACCESS_PROHIBITED"] = _trail_buckets(
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"
)


@_checks("S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED")
def _public_buckets(stack: Synthesized) -> list[str]:
    public = [f"aws_s3_bucket_acl.{id_}" for id_ in stack.all("aws_s3_bucket_acl")]
    return public + _open_to_everybody("aws_s3_bucket_policy")(stack)


@_checks("LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED")
def _public_functions(stack: Synthesized) -> list[str]:
    """A service that invokes has to say for whom, or anybody's bucket or API could."""
    return [
        *_failing("aws_lambda_permission", lambda b: b["principal"] != "*" and b.get("source_arn"))(stack),
        *_failing("aws_lambda_function_url", lambda b: b["authorization_type"] == "AWS_IAM")(stack),
    ]


@_checks("VPC_DEFAULT_SECURITY_GROUP_CLOSED")
def _default_groups(stack: Synthesized) -> list[str]:
    return [
        id_
        for id_ in stack.all("aws_vpc")
        if not any(
            not group.get("ingress") and not group.get("egress")
            for group in _of(stack, "aws_default_security_group", "vpc_id", f"aws_vpc.{id_}")
        )
    ]


@_checks("INCOMING_SSH_DISABLED", "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS")
def _open_ports(stack: Synthesized) -> list[str]:
    """No port at all is open to the internet, SSH's included."""
    anywhere = {"0.0.0.0/0", "::/0"}

    def is_open(rule: Block) -> bool:
        ranges = [rule.get("cidr_ipv4"), rule.get("cidr_ipv6")]
        ranges += [*rule.get("cidr_blocks", ()), *rule.get("ipv6_cidr_blocks", ())]
        return bool(anywhere & set(ranges))

    return [
        *_failing("aws_vpc_security_group_ingress_rule", lambda b: not is_open(b))(stack),
        *_failing("aws_security_group_rule", lambda b: b["type"] != "ingress" or not is_open(b))(stack),
        *_failing("aws_security_group", lambda b: not any(is_open(r) for r in b.get("ingress", [])))(stack),
    ]


@_checks("IAM_PASSWORD_POLICY")
def _passwords(stack: Synthesized) -> list[str]:
    parameters = PARAMETERS["IAM_PASSWORD_POLICY"]
    stack_has = stack.one("aws_iam_account_password_policy")
    wanted = {
        "require_uppercase_characters": True,
        "require_lowercase_characters": True,
        "require_symbols": True,
        "require_numbers": True,
        "minimum_password_length": int(parameters["MinimumPasswordLength"]),
        "password_reuse_prevention": int(parameters["PasswordReusePrevention"]),
        "max_password_age": int(parameters["MaxPasswordAge"]),
    }
    return [setting for setting, value in wanted.items() if stack_has.get(setting) != value]


@_checks("IAM_USER_MFA_ENABLED", "ACCESS_KEYS_ROTATED", "IAM_USER_UNUSED_CREDENTIALS_CHECK")
def _users(stack: Synthesized) -> list[str]:
    """The stack has no users: nobody to forget a factor or a key."""
    return [f"{type_}.{id_}" for type_ in ("aws_iam_user", "aws_iam_access_key") for id_ in stack.all(type_)]


@_checks("IAM_NO_INLINE_POLICY_CHECK")
def _inline_policies(stack: Synthesized) -> list[str]:
    types = ("aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
    inline = [f"{type_}.{id_}" for type_ in types for id_ in stack.all(type_)]
    return inline + _failing("aws_iam_role", lambda b: not b.get("inline_policy"))(stack)


@_checks("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS")
def _administrators(stack: Synthesized) -> list[str]:
    boundaries = str([role.get("permissions_boundary") for role in stack.all("aws_iam_role").values()])
    return [
        f"aws_iam_policy.{id_}"
        for id_, policy in stack.all("aws_iam_policy").items()
        if f"aws_iam_policy.{id_}." not in boundaries
        and any(
            statement.get("effect", "Allow") == "Allow"
            and "*" in statement.get("actions", [])
            and "*" in statement.get("resources", [])
            for statement in stack.statements(policy["policy"]).values()
        )
    ]


@_checks("REQUIRED_TAGS")
def _tags(stack: Synthesized) -> list[str]:
    parameters = PARAMETERS["REQUIRED_TAGS"]
    assert {parameters[f"tag{number}Key"] for number in range(1, 5)} == REQUIRED
    types = {
        "AWS::DynamoDB::Table": ["aws_dynamodb_table"],
        "AWS::EC2::InternetGateway": ["aws_internet_gateway"],
        "AWS::EC2::NetworkAcl": ["aws_network_acl", "aws_default_network_acl"],
        "AWS::EC2::RouteTable": ["aws_route_table", "aws_default_route_table"],
        "AWS::EC2::SecurityGroup": ["aws_security_group", "aws_default_security_group"],
        "AWS::EC2::Subnet": ["aws_subnet"],
        "AWS::EC2::VPC": ["aws_vpc"],
        "AWS::RDS::DBInstance": ["aws_rds_cluster_instance", "aws_db_instance"],
        "AWS::RDS::DBSubnetGroup": ["aws_db_subnet_group"],
        "AWS::S3::Bucket": ["aws_s3_bucket"],
    }
    (rule,) = (rule for rule in PCI_DSS_RULES if rule.identifier == "REQUIRED_TAGS")

    def complies(block: Block) -> bool:
        tags = block.get("tags", {})
        return (
            set(tags) >= REQUIRED
            and tags["Compliance"] == parameters["tag3Value"]
            and tags["DataClassification"] in parameters["tag4Value"].split(",")
        )

    return [
        address
        for config_type in rule.resource_types
        for type_ in types[config_type]
        for address in _failing(type_, complies)(stack)
    ]
