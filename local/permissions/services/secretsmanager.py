"""Permissions of Secrets Manager's operations on a secret.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from collections.abc import Iterable

from moto.secretsmanager.models import secretsmanager_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses

_KEY_ACTIONS = {
    "DescribeSecret": (),
    "GetSecretValue": ("Decrypt",),
    "PutSecretValue": ("GenerateDataKey", "Decrypt"),
    "UpdateSecretVersionStage": (),
}


def accesses(call: Call) -> Iterable[Access]:
    """What an operation of Secrets Manager takes; raises KeyError for one that is not known here."""
    actions = _KEY_ACTIONS[call.operation]
    reference = call.parameters["SecretId"]
    secret = secretsmanager_backends[call.account_id][call.region].secrets.get(reference)
    arn = secret.arn if secret else reference
    stage = call.parameters.get("VersionStage")
    yield Access(
        f"secretsmanager:{call.operation}",
        arn if arn.startswith("arn:") else call.arn(f"secret:{arn}"),
        {"secretsmanager:VersionStage": stage} if stage else {},
    )
    key = customer_key(getattr(secret, "kms_key_id", None), call.account_id, call.region)
    yield from uses(call, key, actions, {"SecretARN": arn})
