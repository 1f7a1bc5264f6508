"""Where data is: buckets (S3), tables (DynamoDB), the database (RDS) and its master secret (Secrets Manager).

What holds the data, never the data: no object, item or secret value is read. A bucket is emptied before it
is deleted, so its objects are listed and deleted. ``s3:ListBucket`` is what S3 asks for ``HeadBucket``, and
whoever plans could list the names of objects with it.
"""

from modules.deployment.permissions.owned import Owned
from modules.policy import Condition, Statement

_READ_BUCKETS = (
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
)
_CHANGE_BUCKETS = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:ListBucketVersions",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)

_READ_TABLES = (
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
)
_CHANGE_TABLES = (
    "dynamodb:CreateTable",
    "dynamodb:DeleteTable",
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTimeToLive",
)

_DATABASE = ("cluster:{}", "cluster-pg:{}", "db:{}", "es:{}", "subgrp:{}")
_READ_DATABASES = (
    "rds:DescribeDBClusterParameterGroups",
    "rds:DescribeDBClusterParameters",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSubnetGroups",
    "rds:DescribeEventSubscriptions",
    "rds:ListTagsForResource",
)
_CHANGE_DATABASES = (
    "rds:AddTagsToResource",
    "rds:CreateDBCluster",
    "rds:CreateDBClusterParameterGroup",
    "rds:CreateDBInstance",
    "rds:CreateDBSubnetGroup",
    "rds:CreateEventSubscription",
    "rds:DeleteDBCluster",
    "rds:DeleteDBClusterParameterGroup",
    "rds:DeleteDBInstance",
    "rds:DeleteDBSubnetGroup",
    "rds:DeleteEventSubscription",
    "rds:ModifyDBClusterParameterGroup",
)
_UPDATE_DATABASES = (
    "rds:ModifyDBCluster",
    "rds:ModifyDBInstance",
    "rds:ModifyDBSubnetGroup",
    "rds:ModifyEventSubscription",
    "rds:ResetDBClusterParameterGroup",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        Statement("ReadBuckets", _READ_BUCKETS, _buckets(owned)),
        Statement("ReadTables", _READ_TABLES, owned.named("dynamodb", "table/{}")),
        Statement("ReadDatabases", _READ_DATABASES, owned.named("rds", *_DATABASE)),
        # Terraform asks whether the cluster belongs to any
        Statement(
            "ReadGlobalDatabases",
            ["rds:DescribeGlobalClusters"],
            [owned.arn("rds", "global-cluster:*", region="")],
        ),
        _on_master_secrets(owned, "ReadMasterSecrets", "secretsmanager:DescribeSecret"),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    return [
        Statement("ChangeBuckets", _CHANGE_BUCKETS, _buckets(owned)),
        Statement(
            "EmptyBuckets",
            ["s3:DeleteObjectVersion"],
            [f"{arn}/*" for arn in _buckets(owned)],
        ),
        Statement("ChangeTables", _CHANGE_TABLES, owned.named("dynamodb", "table/{}")),
        Statement("UpdateTables", ["dynamodb:UpdateTable"], owned.named("dynamodb", "table/{}")),
        Statement("ChangeDatabases", _CHANGE_DATABASES, owned.named("rds", *_DATABASE)),
        Statement("UpdateDatabases", _UPDATE_DATABASES, owned.named("rds", *_DATABASE)),
        # Clusters and instances are made within groups; those that they do not name are the default ones
        Statement(
            "UseDefaultGroups",
            ["rds:CreateDBCluster", "rds:CreateDBInstance"],
            [owned.arn("rds", "og:default:*"), owned.arn("rds", "pg:default.*")],
        ),
        _on_master_secrets(
            owned, "ChangeMasterSecrets", "secretsmanager:CancelRotateSecret", "secretsmanager:RotateSecret"
        ),
        # RDS makes the secret of the master user for whoever makes the cluster:
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
        Statement(
            "OnBehalfMasterSecrets",
            ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
            [owned.arn("secretsmanager", "secret:rds!cluster-*")],
        ),
    ]


def _buckets(owned: Owned) -> list[str]:
    """Buckets end in the account's id."""
    return [f"arn:{owned.context.partition}:s3:::{name}-{owned.context.account_id}" for name in owned.names]


def _on_master_secrets(owned: Owned, sid: str, *actions: str) -> Statement:
    """Secrets that RDS has named, and tagged with the cluster that they are of."""
    clusters = owned.named("rds", "cluster:{}")
    of_ours = Condition("StringLike", "aws:ResourceTag/aws:rds:primaryDBClusterArn", clusters)
    return Statement(
        sid, actions, [owned.arn("secretsmanager", "secret:rds!cluster-*")], conditions=[of_ours]
    )
