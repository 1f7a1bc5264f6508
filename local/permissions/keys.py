"""Customer-managed keys: which one a resource has, and what its use by a service takes.

A service that holds encrypted data uses the key on behalf of whoever asks for the data, and so within the
permissions of whoever asks. Keys that AWS manages are open to all of the account, by their policies.
"""

from collections.abc import Mapping, Sequence

from moto.kms.models import kms_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access


def customer_key(reference: str | None, account_id: str, region: str) -> str | None:
    """ARN of a customer-managed key.

    Args:
        reference: id, ARN or alias, as a resource's settings name it.
        account_id: the resource's account.
        region: the resource's region.

    Returns:
        The ARN; None where there is no key, or AWS manages it.
    """
    if not reference:
        return None
    backend = kms_backends[account_id][region]
    if "alias/" in reference:
        reference = backend.get_key_id_from_alias(f"alias/{reference.partition('alias/')[2]}") or ""
    key = backend.keys.get(reference.rpartition("/")[2])
    if key is None or any(alias.startswith("alias/aws/") for alias in key.aliases):
        return None
    return str(key.arn)


def uses(
    call: Call, key_arn: str | None, actions: Sequence[str], encryption_context: Mapping[str, str]
) -> list[Access]:
    """What the service of a call does with a key for the caller.

    Args:
        call: the call.
        key_arn: the key; None for none.
        actions: of KMS, `Decrypt`.
        encryption_context: what the service binds the use to.

    Returns:
        The accesses, which come by way of the service.
    """
    if key_arn is None:
        return []
    context = {
        "aws:RequestedRegion": call.region,
        "kms:ViaService": f"{call.service}.{call.region}.amazonaws.com",
        "kms:EncryptionContextKeys": list(encryption_context),
        **{f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()},
    }
    return [Access(f"kms:{action}", key_arn, context) for action in actions]
