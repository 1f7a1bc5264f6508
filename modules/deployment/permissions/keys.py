"""Encryption keys and their aliases (KMS)."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Condition, Statement

_THROUGH = ("dynamodb", "firehose", "lambda", "rds", "secretsmanager")
"""Services that use a key at once for whoever makes something under it, or take a grant from them."""


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        Statement(
            "ReadKeys",
            ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
            _keys(owned),
            conditions=[owned.tagged],
        ),
        # Terraform asks which of a table's keys is the one that AWS manages
        Statement(
            "ReadKeyOfDynamoDb",
            ["kms:DescribeKey"],
            _keys(owned),
            conditions=[Condition("StringEquals", "kms:RequestAlias", ["alias/aws/dynamodb"])],
        ),
        # AWS offers no resource level for this
        Statement("ReadAliases", ["kms:ListAliases"], ["*"]),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    through = Condition(
        "StringEquals",
        "kms:ViaService",
        [f"{service}.{region}.amazonaws.com" for service in _THROUGH for region in owned.scope.regions],
    )
    return [
        # A key that is not made yet has no ARN
        Statement("MakeKeys", ["kms:CreateKey"], ["*"], conditions=[owned.tagging]),
        Statement(
            "TagNewKeys", ["kms:TagResource"], _keys(owned), conditions=[owned.untagged, owned.tagging]
        ),
        Statement(
            "ChangeKeys",
            ["kms:CreateAlias", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:ScheduleKeyDeletion"],
            _keys(owned),
            conditions=[owned.tagged],
        ),
        Statement(
            "UpdateKeys",
            ["kms:DisableKeyRotation", "kms:PutKeyPolicy", "kms:TagResource", "kms:UpdateKeyDescription"],
            _keys(owned),
            conditions=[owned.tagged],
        ),
        Statement("ChangeAliases", ["kms:CreateAlias", "kms:DeleteAlias"], owned.named("kms", "alias/{}")),
        # A service that works on its own later takes a grant from whoever makes its resource:
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.Keys.html
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        # https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
        Statement(
            "OnBehalfGrants",
            ["kms:CreateGrant"],
            _keys(owned),
            conditions=[owned.tagged, through, Condition("Bool", "kms:GrantIsForAWSResource", ["true"])],
        ),
        # The same services try the key in the name of whoever makes the resource (the same pages)
        Statement(
            "OnBehalfUse",
            [
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            _keys(owned),
            conditions=[owned.tagged, through],
        ),
    ]


def _keys(owned: Owned) -> list[str]:
    return [owned.arn("kms", "key/*")]
