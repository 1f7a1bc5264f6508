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
            conditions=[
                Condition(
                    "StringLike", "s3:prefix", [f"{scope.suffix}/*", _WORKSPACES, *_environments(scope)]
                )
            ],
        ),
        Statement("ReadStates", ["s3:GetObject"], [objects]),
        Statement("DecryptStates", ["kms:Decrypt"], [scope.state_key_arn], conditions=[through_s3]),
    ]
    if not write:
        return read
    # Whoever destroys a forgotten environment removes its empty state, so that nobody finds it again.
    forget = [Statement("ForgetStates", ["s3:DeleteObject"], [f"{objects}.tfstate"])]
    return [
        *read,
        *(forget if _environments(scope) else []),
        Statement("WriteStates", ["s3:PutObject"], [objects]),
        Statement("Unlock", ["s3:DeleteObject"], [f"{objects}.tflock"]),
        Statement("EncryptStates", ["kms:GenerateDataKey"], [scope.state_key_arn], conditions=[through_s3]),
    ]


def _environments(scope: EnvironmentScope) -> list[str]:
    """Return the prefix that finds every environment of a family of many; nothing for a family of one."""
    return [scope.suffix.removesuffix("*")] if scope.suffix.endswith("*") else []
