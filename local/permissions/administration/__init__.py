"""Which permissions the calls take that make, change, read and remove resources, as Terraform makes them.

AWS's own list of actions (`definitions`) says what an action is asked on. Only what the list leaves open is
written down here: the operations whose action has another name, and where a resource's name is in a call.
Where neither says it, the call is refused, not guessed.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from local.permissions import services
from local.permissions.administration import actions, conditions, passed_roles, resources, tags
from local.permissions.administration.definitions import action
from local.permissions.call import Call, UnknownCallError
from local.permissions.evaluation import Access


def accesses(call: Call) -> list[Access]:
    """What a call takes.

    Raises:
        UnknownCallError: AWS's list has no such action, or the call does not say on what it is.
    """
    try:
        found = services.accesses(call)
    except UnknownCallError:
        found = list(_administration(call))
    return [
        _with(access, {"aws:RequestedRegion": call.region, **tags.of_resource(call, access.resource)})
        for access in found
    ]


def _administration(call: Call) -> Iterator[Access]:
    given = tags.requested(call)
    for asked in _named(call):
        # EC2 tells of the request's tags where it speaks of what is made
        told = given if call.service != "ec2" or asked.resource.endswith(resources.ANY) else {}
        if call.operation == "CreateTags":
            told = given
        yield _with(asked, {**tags.request_keys(told), **conditions.keys(call)})
    if given:
        yield from tags.tagging(call, given)
    yield from passed_roles.accesses(call)


def _named(call: Call) -> Iterable[Access]:
    """The operation's own action, on each of its resources, and what else the operation takes."""
    if call.service == "apigateway":
        yield resources.rest_access(call)
        return
    for name in (actions.of(call), *actions.also(call)):
        for resource in resources.of(call, action(name)):
            yield Access(name, resource)


def _with(access: Access, keys: Mapping[str, str | list[str]]) -> Access:
    return replace(access, context={**keys, **access.context})
