"""Each check of a compliance rule notices a stack that breaks the rule: none of them is green by default."""

import json
from typing import Any

import pytest

from tests.support.own_rules import check_for, checked
from tests.support.synthesized import Synthesized

EVERYBODY = {
    "sid": "Everybody",
    "effect": "Allow",
    "actions": ["*"],
    "resources": ["*"],
    "principals": [{"type": "AWS", "identifiers": ["*"]}],
}
EVERYBODYS_POLICY = "${data.aws_iam_policy_document.everybody.json}"

ABSENT = None
"""In place of attributes: every resource of the type is taken out of the stack."""

BREACHES: dict[str, dict[str, Any]] = {
    # Attributes that every resource of the type is given, or ABSENT.
    "RDS_CLUSTER_ENCRYPTED_AT_REST": {"aws_rds_cluster": {"kms_key_id": None}},
    "RDS_STORAGE_ENCRYPTED": {"aws_rds_cluster": {"storage_encrypted": False}},
    "DYNAMODB_TABLE_ENCRYPTED_KMS": {"aws_dynamodb_table": {"server_side_encryption": None}},
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": {
        "aws_s3_bucket_server_side_encryption_configuration": ABSENT
    },
    "S3_DEFAULT_ENCRYPTION_KMS": {
        "aws_s3_bucket_server_side_encryption_configuration": {
            "rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
        }
    },
    "CLOUDWATCH_LOG_GROUP_ENCRYPTED": {"aws_cloudwatch_log_group": {"kms_key_id": None}},
    "SNS_ENCRYPTED_KMS": {"aws_sns_topic": {"kms_master_key_id": None}},
    "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED": {
        "aws_kinesis_firehose_delivery_stream": {"server_side_encryption": None}
    },
    "SECRETSMANAGER_USING_CMK": {"aws_rds_cluster": {"master_user_secret_kms_key_id": None}},
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": {"aws_cloudtrail": {"kms_key_id": None}},
    "CMK_BACKING_KEY_ROTATION_ENABLED": {"aws_kms_key": {"enable_key_rotation": False}},
    "KMS_KEY_POLICY_NO_PUBLIC_ACCESS": {"aws_kms_key": {"policy": EVERYBODYS_POLICY}},
    "SECRETSMANAGER_ROTATION_ENABLED_CHECK": {
        "aws_secretsmanager_secret_rotation": {"rotation_rules": {"automatically_after_days": 31}}
    },
    "S3_BUCKET_SSL_REQUESTS_ONLY": {"aws_s3_bucket_policy": {"policy": EVERYBODYS_POLICY}},
    "S3_BUCKET_LOGGING_ENABLED": {"aws_s3_bucket_logging": ABSENT},
    "APIGATEWAY_STAGE_ACCESS_LOGS_ENABLED": {"aws_api_gateway_stage": {"access_log_settings": None}},
    "API_GW_EXECUTION_LOGGING_ENABLED": {
        "aws_api_gateway_method_settings": {"settings": {"logging_level": "OFF"}}
    },
    "WAFV2_LOGGING_ENABLED": {"aws_wafv2_web_acl_logging_configuration": ABSENT},
    "RDS_AURORA_POSTGRESQL_LOGS_TO_CLOUDWATCH": {"aws_rds_cluster": {"enabled_cloudwatch_logs_exports": []}},
    "VPC_FLOW_LOGS_ENABLED": {"aws_flow_log": {"traffic_type": "REJECT"}},
    "MULTI_REGION_CLOUD_TRAIL_ENABLED": {"aws_cloudtrail": {"is_multi_region_trail": False}},
    "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED": {"aws_cloudtrail": {"cloud_watch_logs_group_arn": None}},
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED": {"aws_cloudtrail": {"enable_log_file_validation": False}},
    "CLOUDTRAIL_S3_BUCKET_ACCESS_LOGGING": {"aws_s3_bucket_logging": ABSENT},
    "CLOUDTRAIL_S3_BUCKET_PUBLIC_ACCESS_PROHIBITED": {"aws_s3_bucket_public_access_block": ABSENT},
    "CW_LOGGROUP_RETENTION_PERIOD_CHECK": {"aws_cloudwatch_log_group": {"retention_in_days": 14}},
    "CLOUDWATCH_ALARM_ACTION_CHECK": {"aws_cloudwatch_metric_alarm": {"alarm_actions": []}},
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED": {
        "aws_s3_bucket_public_access_block": {"restrict_public_buckets": False}
    },
    "S3_BUCKET_PUBLIC_READ_PROHIBITED": {"aws_s3_bucket_policy": {"policy": EVERYBODYS_POLICY}},
    "S3_BUCKET_PUBLIC_WRITE_PROHIBITED": {"aws_s3_bucket_policy": {"policy": EVERYBODYS_POLICY}},
    "S3_BUCKET_ACL_PROHIBITED": {
        "aws_s3_bucket_ownership_controls": {"rule": {"object_ownership": "ObjectWriter"}}
    },
    "RDS_INSTANCE_PUBLIC_ACCESS_CHECK": {"aws_rds_cluster_instance": {"publicly_accessible": True}},
    "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED": {"aws_lambda_permission": {"source_arn": None}},
    "LAMBDA_INSIDE_VPC": {"aws_lambda_function": {"vpc_config": None}},
    "SNS_TOPIC_NO_PUBLIC_ACCESS": {"aws_sns_topic_policy": {"policy": EVERYBODYS_POLICY}},
    "SQS_QUEUE_NO_PUBLIC_ACCESS": {"aws_sqs_queue": {"policy": EVERYBODYS_POLICY}},
    "VPC_DEFAULT_SECURITY_GROUP_CLOSED": {"aws_default_security_group": ABSENT},
    "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED": {"aws_subnet": {"map_public_ip_on_launch": True}},
    "API_GW_ASSOCIATED_WITH_WAF": {"aws_wafv2_web_acl_association": ABSENT},
    "S3_BUCKET_VERSIONING_ENABLED": {
        "aws_s3_bucket_versioning": {"versioning_configuration": {"status": "Suspended"}}
    },
    "RDS_CLUSTER_BACKUP_RETENTION_CHECK": {"aws_rds_cluster": {"backup_retention_period": 6}},
    "DYNAMODB_PITR_ENABLED": {"aws_dynamodb_table": {"point_in_time_recovery": None}},
    "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED": {
        "aws_rds_cluster_instance": {"auto_minor_version_upgrade": False}
    },
    "IAM_PASSWORD_POLICY": {"aws_iam_account_password_policy": {"minimum_password_length": 13}},
    "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS": {"aws_iam_policy": {"policy": EVERYBODYS_POLICY}},
    "RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED": {
        "aws_rds_cluster": {"iam_database_authentication_enabled": False}
    },
    "REQUIRED_TAGS": {
        "aws_subnet": {"tags": {"Environment": "dev", "CostCenter": "x", "Compliance": "PCI-DSS"}}
    },
}

INTRUDERS: dict[str, tuple[str, dict[str, Any]]] = {
    # Resources that no stack has today, or that a stack must not have.
    "ENCRYPTED_VOLUMES": ("aws_ebs_volume", {}),
    "KINESIS_STREAM_ENCRYPTED": ("aws_kinesis_stream", {"encryption_type": "NONE"}),
    "EFS_ENCRYPTED_CHECK": ("aws_efs_file_system", {"encrypted": False}),
    "BACKUP_RECOVERY_POINT_ENCRYPTED": ("aws_backup_vault", {}),
    "INCOMING_SSH_DISABLED": (
        "aws_vpc_security_group_ingress_rule",
        {"cidr_ipv4": "0.0.0.0/0", "from_port": 22, "to_port": 22},
    ),
    "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS": (
        "aws_security_group",
        {"ingress": [{"ipv6_cidr_blocks": ["::/0"], "from_port": 443, "to_port": 443}]},
    ),
    "IAM_USER_MFA_ENABLED": ("aws_iam_user", {}),
    "ACCESS_KEYS_ROTATED": ("aws_iam_access_key", {}),
    "IAM_USER_UNUSED_CREDENTIALS_CHECK": ("aws_iam_user", {}),
    "IAM_NO_INLINE_POLICY_CHECK": ("aws_iam_role_policy", {}),
}


def _with_open_policy(stack: Synthesized) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(stack.text)
    changed["data"]["aws_iam_policy_document"]["everybody"] = {"statement": [EVERYBODY]}
    return changed


def test_every_check_is_tried() -> None:
    assert set(BREACHES) | set(INTRUDERS) == checked()


@pytest.mark.requirement("CFG-4")
@pytest.mark.parametrize("identifier", BREACHES)
def test_breach_is_noticed(dev: Synthesized, identifier: str) -> None:
    changed = _with_open_policy(dev)
    for type_, attributes in BREACHES[identifier].items():
        if attributes is ABSENT:
            del changed["resource"][type_]
            continue
        for resource in changed["resource"][type_].values():
            resource.update(attributes)
    assert check_for(identifier)(Synthesized(json.dumps(changed)))


@pytest.mark.requirement("CFG-4")
@pytest.mark.parametrize("identifier", INTRUDERS)
def test_resource_that_breaks_the_rule_is_noticed(dev: Synthesized, identifier: str) -> None:
    type_, resource = INTRUDERS[identifier]
    changed = json.loads(dev.text)
    changed["resource"].setdefault(type_, {})["intruder"] = resource
    assert check_for(identifier)(Synthesized(json.dumps(changed)))
