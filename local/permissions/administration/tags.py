"""Tags as condition keys: those that a request brings, and those that a resource has."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from moto.apigateway.models import apigateway_backends
from moto.awslambda.utils import get_backend as lambda_backend
from moto.config.models import config_backends
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from local.permissions.administration import actions, resources
from local.permissions.administration.definitions import action
from local.permissions.call import Call
from local.permissions.evaluation import Access

Keys = dict[str, str | list[str]]

_PARAMETERS = ("Tags", "tags", "TagsList", "ResourceTags")
_TAGGING = {
    "budgets": "budgets:TagResource",
    "cloudtrail": "cloudtrail:AddTags",
    "cloudwatch": "cloudwatch:TagResource",
    "config": "config:TagResource",
    "dynamodb": "dynamodb:TagResource",
    "events": "events:TagResource",
    "firehose": "firehose:TagDeliveryStream",
    "kms": "kms:TagResource",
    "lambda": "lambda:TagResource",
    "logs": "logs:TagResource",
    "rds": "rds:AddTagsToResource",
    "sns": "sns:TagResource",
    "sqs": "sqs:TagQueue",
    "wafv2": "wafv2:TagResource",
}
_TAGGING_IN_IAM = {"CreatePolicy": "iam:TagPolicy", "CreateRole": "iam:TagRole"}
_UNNAMED = {("kms", "CreateKey"): "key/*", ("lambda", "CreateEventSourceMapping"): "event-source-mapping:*"}
"""Operations without a resource level that make something with tags."""


def requested(call: Call) -> dict[str, str]:
    """The tags that a call gives to what it makes or tags."""
    found: dict[str, str] = {}
    for name in _PARAMETERS:
        found |= _plain(call.parameters.get(name))
    for specification in call.parameters.get("TagSpecifications", []):
        found |= _plain(specification["Tags"])
    return found


def request_keys(tags: Mapping[str, str]) -> Keys:
    """The condition keys of a request with tags."""
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags), **{f"aws:RequestTag/{name}": value for name, value in tags.items()}}


def tagging(call: Call, tags: Mapping[str, str]) -> Iterator[Access]:
    """What it takes to give tags to what a call makes, beside making it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
    """
    keys = request_keys(tags)
    if call.service == "ec2":
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        for specification in call.parameters.get("TagSpecifications", []):
            made = call.arn(f"{specification['ResourceType']}/{resources.ANY}")
            yield Access("ec2:CreateTags", made, {**keys, "ec2:CreateAction": call.operation})
        return
    if call.service == "apigateway":
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging.html
        if call.operation != "TagResource":
            tagged = f"arn:{call.partition}:apigateway:{call.region}::/tags/{resources.ANY}"
            yield Access("apigateway:PUT", tagged, keys)
        return
    name = _TAGGING_IN_IAM.get(call.operation) or _TAGGING.get(call.service)
    own = actions.of(call)
    if name is None or action(own).access_level == "Tagging":
        return
    unnamed = _UNNAMED.get((call.service, call.operation))
    made = call.arn(unnamed) if unnamed else resources.of(call, action(own))[0]
    yield Access(name, made.removesuffix(":*") if call.service == "logs" else made, keys)


def of_resource(call: Call, arn: str) -> Keys:
    """The condition keys of a resource with tags; none for services whose resources are known by name."""
    parts = arn.split(":", 5)
    look = _LOOKS.get(parts[2]) if len(parts) == 6 else None
    if look is None:
        return {}
    tags = look(call.account_id, call.region, parts[5])
    return {f"aws:ResourceTag/{name}": value for name, value in tags.items()}


def _plain(tags: Any) -> dict[str, str]:
    """Tags in any of the ways that AWS writes them."""
    if not tags:
        return {}
    if isinstance(tags, Mapping):
        return dict(tags)
    lowered = [{key.lower().removeprefix("tag"): value for key, value in tag.items()} for tag in tags]
    return {tag["key"]: tag.get("value", "") for tag in lowered}


def _of_ec2(account_id: str, region: str, resource: str) -> dict[str, str]:
    return dict(ec2_backends[account_id][region].tags.get(resource.rpartition("/")[2], {}))


def _of_kms(account_id: str, region: str, resource: str) -> dict[str, str]:
    key = kms_backends[account_id][region].keys.get(resource.removeprefix("key/"))
    return _plain(key and kms_backends[account_id][region].list_resource_tags(key.id)["Tags"])


def _of_api_gateway(account_id: str, region: str, path: str) -> dict[str, str]:
    """What has no tags has those of what it is a part of.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    backend = apigateway_backends[account_id][region]
    if path.startswith("/tags/"):
        path = unquote(path.removeprefix("/tags/")).rpartition("::")[2]
    kind, _, rest = path.removeprefix("/").partition("/")
    id_, _, part = rest.partition("/")
    owners = {"restapis": backend.apis, "usageplans": backend.usage_plans, "apikeys": backend.keys}
    owner = owners.get(kind, {}).get(id_)
    stages = getattr(owner, "stages", {}) if part.startswith("stages/") else {}
    stage = stages.get(part.partition("/")[2])
    return _plain(getattr(owner, "tags", None)) | _plain(getattr(stage, "tags", None))


def _of_config(account_id: str, region: str, resource: str) -> dict[str, str]:
    backend = config_backends[account_id][region]
    rules = (rule for rule in list(backend.config_rules.values()) if rule.config_rule_id in resource)
    rule = next(rules, None)
    return _plain(rule and backend.list_tags_for_resource(rule.config_rule_arn, 50)["Tags"])


def _of_lambda(account_id: str, region: str, resource: str) -> dict[str, str]:
    mapping = lambda_backend(account_id, region).get_event_source_mapping(resource.rpartition(":")[2])
    return _plain(getattr(mapping, "tags", None))


def _of_secrets(account_id: str, region: str, resource: str) -> dict[str, str]:
    secrets = list(secretsmanager_backends[account_id][region].secrets.values())
    return _plain(next((one.tags for one in secrets if one.arn.endswith(f":{resource}")), None))


_LOOKS = {
    "apigateway": _of_api_gateway,
    "config": _of_config,
    "ec2": _of_ec2,
    "kms": _of_kms,
    "lambda": _of_lambda,
    "secretsmanager": _of_secrets,
}
