"""Customer-managed encryption keys with rotation and an alias (KMS-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Principal, Statement, policy_json

ROTATION_DAYS = 365
"""Days between rotations of the key material (PCI-DSS 3.7.4 asks for a defined cryptoperiod)."""

DELETION_WINDOW_DAYS = 7
"""Days until a destroyed key is gone; the shortest that KMS accepts (GEN-5)."""

THIS_KEY = ("*",)
"""Resource of a key policy's statement: in a key policy it stands for the key itself."""

USE_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
"""Everything that encrypting and decrypting with a key takes."""

# What AWS's default key policy gives to key administrators, without the grants: who may hand out grants can
# use the key.
_ADMINISTRATION_ACTIONS = (
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:UpdateAlias",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:RotateKeyOnDemand",
    "kms:UpdateKeyDescription",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
)


@dataclass(frozen=True)
class CustomerKeyProps:
    """Properties of a key.

    Attributes:
        purpose: Purpose part of the key's alias (``database`` gives ``alias/trading-database-key-dev``).
        description: What the key encrypts, as the console shows it.
        used_through: Short names of the AWS services (``s3``, ``rds``) through which principals of this
            account may use the key, as far as their IAM policies let them; nobody uses it directly. Empty for
            a key that only the principals of ``statements`` use.
        statements: Further statements of the key policy, for service principals. Their resource is
            :data:`THIS_KEY`.
        classification: Data classification of what the key encrypts.
    """

    purpose: str
    description: str
    used_through: Sequence[str] = ()
    statements: Sequence[Statement] = ()
    classification: DataClassification = DataClassification.CONFIDENTIAL


class CustomerKey(Construct):
    """A symmetric key of the account, rotated every year.

    Attributes:
        id: The key's id.
        arn: The key's ARN.
        alias: The alias's name, ``alias/<name>``.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: CustomerKeyProps) -> None:
        super().__init__(scope, id_)
        name = context.name(f"{props.purpose}-key")
        statements = [_administration(context), *_use(context, props.used_through), *props.statements]
        key = KmsKey(
            self,
            "key",
            description=props.description,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=policy_json(self, "key-policy", statements),
            tags=context.tags(props.classification, name),
        )
        self.id = key.key_id
        self.arn = key.arn
        self.alias = KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=key.key_id).name


def _account(context: Context) -> Principal:
    """Return the account as principal: whoever the account's IAM policies allow the same."""
    return Principal("AWS", [f"arn:{context.partition}:iam::{context.account_id}:root"])


def _administration(context: Context) -> Statement:
    """Let the account administer the key.

    Without it no IAM policy has any effect on the key, and a key whose policy nobody may change is lost:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return Statement(
        sid="AccountAdministersKey",
        actions=_ADMINISTRATION_ACTIONS,
        resources=THIS_KEY,
        principals=[_account(context)],
    )


def _use(context: Context, services: Sequence[str]) -> list[Statement]:
    """Let the account's principals use the key, but only as part of a request to one of the services."""
    if not services:
        return []
    via_service = Condition(
        "StringEquals", "kms:ViaService", [f"{name}.{context.region}.amazonaws.com" for name in services]
    )
    return [
        Statement(
            sid="AccountUsesKeyThroughServices",
            actions=USE_ACTIONS,
            resources=THIS_KEY,
            principals=[_account(context)],
            conditions=[via_service],
        ),
        # Services that work on their own later (RDS, DynamoDB, Lambda, Firehose) get a grant from whoever
        # creates the resource.
        Statement(
            sid="AccountGrantsKeyToServices",
            actions=["kms:CreateGrant"],
            resources=THIS_KEY,
            principals=[_account(context)],
            conditions=[via_service, Condition("Bool", "kms:GrantIsForAWSResource", ["true"])],
        ),
    ]
