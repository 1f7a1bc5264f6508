"""The Terraform state of the environments: objects below their suffixes, and the key that encrypts them.

https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
"""

from modules.deployment.permissions.owned import EnvironmentScope
from modules.policy import Condition, Statement

_WORKSPACES = "env:/"
"""Where Terraform looks for workspaces other than the one that we use."""


def statements(scope: EnvironmentScope, *, write: bool) -> list[Statement]:
    """Return what using the state takes.

    Args:
        scope: The environments.
        write: Whether state and lock are written, as to deploy; reading is enough for a plan without a lock.
    """
    objects = f"{scope.state_bucket_arn}/{scope.suffix}/*"
    through_s3 = Condition("StringLike", "kms:ViaService", ["s3.*.amazonaws.com"])
    read = [
        Statement(
            "ListStates",
            ["s3:ListBucket"],
            [scope.state_bucket_arn],
            conditions=[Condition("StringLike", "s3:prefix", [f"{scope.suffix}/*", _WORKSPACES])],
        ),
        Statement("ReadStates", ["s3:GetObject"], [objects]),
        Statement("DecryptStates", ["kms:Decrypt"], [scope.state_key_arn], conditions=[through_s3]),
    ]
    if not write:
        return read
    return [
        *read,
        Statement("WriteStates", ["s3:PutObject"], [objects]),
        Statement("Unlock", ["s3:DeleteObject"], [f"{objects}.tflock"]),
        Statement("EncryptStates", ["kms:GenerateDataKey"], [scope.state_key_arn], conditions=[through_s3]),
    ]
