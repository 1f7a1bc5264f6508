"""The AWS Config rules that stand for PCI-DSS requirements, as data (CFG-2).

Identifiers and parameters: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html.
Requirements: PCI-DSS v4.0.1.

Left out on purpose, since the platform is meant to be destroyed with one command (GEN-5): deletion
protection, object lock, MFA delete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from modules.password_policy import MAXIMUM_AGE_DAYS, MINIMUM_LENGTH, REUSE_PREVENTION

_TAGGED_TYPES = (
    "AWS::DynamoDB::Table",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
)


@dataclass(frozen=True)
class ManagedRule:
    """One of AWS's own rules.

    Attributes:
        identifier: AWS's identifier of the rule.
        requirement: Number of the PCI-DSS v4.0.1 requirement that it serves.
        why: What it makes sure of, for whoever reads the finding.
        parameters: The rule's parameters; constants.
        resource_types: Resource types that it is limited to; empty for all that AWS gives the rule.
        confidential_only: Whether it is limited to resources tagged as confidential. S3's access log bucket
            cannot have a customer's key or log its own access; it is tagged as internal.
    """

    identifier: str
    requirement: str
    why: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    resource_types: tuple[str, ...] = ()
    confidential_only: bool = False

    @property
    def name(self) -> str:
        """The rule's name, as AWS writes it: ``s3-bucket-logging-enabled``."""
        return self.identifier.lower().replace("_", "-")


PCI_DSS_RULES: tuple[ManagedRule, ...] = (
    # Encryption at rest
    ManagedRule("RDS_CLUSTER_ENCRYPTED_AT_REST", "3.5.1", "Aurora clusters are encrypted at rest"),
    ManagedRule("RDS_STORAGE_ENCRYPTED", "3.5.1", "Database instances are encrypted at rest"),
    ManagedRule("RDS_SNAPSHOT_ENCRYPTED", "3.5.1", "Database snapshots are encrypted"),
    ManagedRule("ENCRYPTED_VOLUMES", "3.5.1", "Attached volumes are encrypted"),
    ManagedRule("DYNAMODB_TABLE_ENCRYPTED_KMS", "3.5.1", "Tables are encrypted with a KMS key"),
    ManagedRule(
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "3.5.1", "Buckets encrypt whatever is put into them"
    ),
    ManagedRule(
        "S3_DEFAULT_ENCRYPTION_KMS",
        "3.6.1",
        "Buckets of confidential data are encrypted with a KMS key, so that reading takes the key too",
        confidential_only=True,
    ),
    ManagedRule("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "3.5.1", "Log groups are encrypted with a KMS key"),
    ManagedRule("SNS_ENCRYPTED_KMS", "3.5.1", "Topics are encrypted with a KMS key"),
    ManagedRule("KINESIS_STREAM_ENCRYPTED", "3.5.1", "Data streams are encrypted at rest"),
    ManagedRule(
        "KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED", "3.5.1", "Delivery streams are encrypted at rest"
    ),
    ManagedRule("EFS_ENCRYPTED_CHECK", "3.5.1", "File systems are encrypted with a KMS key"),
    ManagedRule("SECRETSMANAGER_USING_CMK", "3.6.1", "Secrets are encrypted with a customer-managed key"),
    ManagedRule("BACKUP_RECOVERY_POINT_ENCRYPTED", "3.5.1", "Recovery points are encrypted"),
    ManagedRule("CLOUD_TRAIL_ENCRYPTION_ENABLED", "10.3.1", "The audit trail is encrypted with a KMS key"),
    # Keys and secrets
    ManagedRule("CMK_BACKING_KEY_ROTATION_ENABLED", "3.7.4", "Customer-managed keys are rotated"),
    ManagedRule("KMS_KEY_POLICY_NO_PUBLIC_ACCESS", "3.6.1", "No key policy lets everybody use the key"),
    ManagedRule(
        "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
        "8.6.3",
        "Secrets are rotated at least every 30 days",
        {"maximumAllowedRotationFrequency": "30"},
    ),
    ManagedRule("SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK", "8.6.3", "Rotations of secrets succeed"),
    # Encryption in transit
    ManagedRule("S3_BUCKET_SSL_REQUESTS_ONLY", "4.2.1", "Buckets refuse requests without TLS"),
    # Access logging
    ManagedRule(
        "S3_BUCKET_LOGGING_ENABLED",
        "10.2.1.1",
        "Access to buckets of confidential data is logged",
        confidential_only=True,
    ),
    ManagedRule("APIGATEWAY_STAGE_ACCESS_LOGS_ENABLED", "10.2.1", "API stages log every request"),
    ManagedRule(
        "API_GW_EXECUTION_LOGGING_ENABLED",
        "10.2.1",
        "API stages log their executions",
        {"loggingLevel": "ERROR,INFO"},
    ),
    ManagedRule("WAFV2_LOGGING_ENABLED", "10.2.1", "Web access control lists log what they inspect"),
    ManagedRule(
        "RDS_AURORA_POSTGRESQL_LOGS_TO_CLOUDWATCH", "10.2.1", "Aurora exports its logs to CloudWatch"
    ),
    ManagedRule("VPC_FLOW_LOGS_ENABLED", "10.2.1", "The network logs its traffic", {"trafficType": "ALL"}),
    ManagedRule("MULTI_REGION_CLOUD_TRAIL_ENABLED", "10.2.1", "A trail records every region"),
    ManagedRule(
        "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED",
        "10.4.1.1",
        "The trail reaches CloudWatch, where alarms watch it",
    ),
    ManagedRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "10.3.4", "Changed trail files are detected"),
    ManagedRule("CLOUDTRAIL_S3_BUCKET_ACCESS_LOGGING", "10.2.1.3", "Access to the trail's bucket is logged"),
    ManagedRule(
        "CLOUDTRAIL_S3_BUCKET_PUBLIC_ACCESS_PROHIBITED", "10.3.1", "The trail's bucket is not public"
    ),
    ManagedRule(
        "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
        "10.5.1",
        "Logs stay in CloudWatch for 30 days; the archive keeps them for a year and more",
        {"MinRetentionTime": "30"},
    ),
    ManagedRule(
        "CLOUDWATCH_ALARM_ACTION_CHECK",
        "10.7.2",
        "Alarms tell somebody",
        {
            "alarmActionRequired": "true",
            "insufficientDataActionRequired": "false",
            "okActionRequired": "false",
        },
    ),
    # Public access and network
    ManagedRule("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "1.4.4", "Buckets block public access"),
    ManagedRule("S3_BUCKET_PUBLIC_READ_PROHIBITED", "1.4.4", "Nobody reads a bucket from outside"),
    ManagedRule("S3_BUCKET_PUBLIC_WRITE_PROHIBITED", "1.4.4", "Nobody writes to a bucket from outside"),
    ManagedRule("S3_BUCKET_ACL_PROHIBITED", "7.2.1", "Policies alone decide who reads a bucket, not ACLs"),
    ManagedRule("RDS_INSTANCE_PUBLIC_ACCESS_CHECK", "1.4.4", "Databases have no public address"),
    ManagedRule("RDS_SNAPSHOTS_PUBLIC_PROHIBITED", "1.4.4", "Database snapshots are not public"),
    ManagedRule("LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", "1.4.1", "Nobody invokes functions from outside"),
    ManagedRule("LAMBDA_INSIDE_VPC", "1.3.2", "Functions run inside the network"),
    ManagedRule("SNS_TOPIC_NO_PUBLIC_ACCESS", "7.2.1", "Topics are not open to everybody"),
    ManagedRule("SQS_QUEUE_NO_PUBLIC_ACCESS", "7.2.1", "Queues are not open to everybody"),
    ManagedRule(
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED", "1.3.1", "The default security group lets nothing through"
    ),
    ManagedRule("INCOMING_SSH_DISABLED", "1.3.1", "Nobody reaches SSH from outside"),
    ManagedRule("VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS", "1.3.1", "No port is open to the whole internet"),
    ManagedRule("SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED", "1.4.4", "Subnets hand out no public addresses"),
    ManagedRule("API_GW_ASSOCIATED_WITH_WAF", "6.4.2", "A web application firewall stands before the API"),
    # Versioning, backups
    ManagedRule("S3_BUCKET_VERSIONING_ENABLED", "10.3.2", "Overwritten and deleted objects can be had back"),
    ManagedRule(
        "RDS_CLUSTER_BACKUP_RETENTION_CHECK",
        "12.10.1",
        "Aurora keeps backups for at least a week",
        {"minimumBackupRetentionPeriod": "7"},
    ),
    ManagedRule("DYNAMODB_PITR_ENABLED", "12.10.1", "Tables can be restored to any second"),
    ManagedRule("RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED", "6.3.3", "Databases get security patches"),
    # Identity
    ManagedRule(
        "IAM_PASSWORD_POLICY",
        "8.3.6",
        "Passwords are long, mixed, short-lived and not used again (8.3.7, 8.3.9)",
        {
            "RequireUppercaseCharacters": "true",
            "RequireLowercaseCharacters": "true",
            "RequireSymbols": "true",
            "RequireNumbers": "true",
            "MinimumPasswordLength": str(MINIMUM_LENGTH),
            "PasswordReusePrevention": str(REUSE_PREVENTION),
            "MaxPasswordAge": str(MAXIMUM_AGE_DAYS),
        },
    ),
    ManagedRule("ROOT_ACCOUNT_MFA_ENABLED", "8.4.1", "The root user signs in with a second factor"),
    ManagedRule("IAM_ROOT_ACCESS_KEY_CHECK", "2.2.2", "The root user has no access key"),
    ManagedRule("IAM_USER_MFA_ENABLED", "8.4.2", "Users sign in with a second factor"),
    ManagedRule(
        "ACCESS_KEYS_ROTATED", "8.6.3", "Access keys are younger than 90 days", {"maxAccessKeyAge": "90"}
    ),
    ManagedRule(
        "IAM_USER_UNUSED_CREDENTIALS_CHECK",
        "8.2.6",
        "Credentials that nobody has used for 90 days are found",
        {"maxCredentialUsageAge": "90"},
    ),
    ManagedRule(
        "IAM_NO_INLINE_POLICY_CHECK", "7.2.2", "Permissions are managed policies, which can be reviewed"
    ),
    ManagedRule(
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        "7.2.2",
        "No policy allows everything; a permissions boundary grants nothing and is not counted",
        {"excludePermissionBoundaryPolicy": "true"},
    ),
    ManagedRule("RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED", "8.3.1", "Functions sign in to Aurora with IAM"),
    # Inventory
    ManagedRule(
        "REQUIRED_TAGS",
        "12.5.1",
        "Every resource says whose it is and how sensitive (GEN-4)",
        {
            "tag1Key": "Environment",
            "tag2Key": "CostCenter",
            "tag3Key": "Compliance",
            "tag3Value": "PCI-DSS",
            "tag4Key": "DataClassification",
            "tag4Value": "Confidential,Internal,Public",
        },
        resource_types=_TAGGED_TYPES,
    ),
)
"""The rules; the platform's own stacks comply with them (CFG-4).

What no stack can bring about (a second factor of the root user, rotated access keys) is checked all the same.
"""
