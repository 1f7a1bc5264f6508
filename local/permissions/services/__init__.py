"""Which permissions each operation takes, as AWS documents them; one module a service.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from local.permissions.call import Call, UnknownCallError
from local.permissions.evaluation import Access
from local.permissions.services import dynamodb, others, s3, secretsmanager, sns, sqs

_SERVICES: dict[str, Callable[[Call], Iterable[Access]]] = {
    "dynamodb": dynamodb.accesses,
    "s3": s3.accesses,
    "secretsmanager": secretsmanager.accesses,
    "sns": sns.accesses,
    "sqs": sqs.accesses,
}


def accesses(call: Call) -> list[Access]:
    """What a call does, the service's use of keys included.

    Raises:
        UnknownCallError: what the operation takes is not written down yet; it is refused, not guessed.
    """
    try:
        found = list(_SERVICES.get(call.service, others.accesses)(call))
    except KeyError as error:
        raise UnknownCallError(f"the permissions of {call.service}:{call.operation} are not known") from error
    return [
        replace(access, context={"aws:RequestedRegion": call.region, **access.context}) for access in found
    ]
