"""Every IAM policy of every stack has actions, resources and conditions that AWS knows and that fit together.

A statement whose action takes no such resource, or that asks for a condition key which no request of the
action has, allows nothing, and nobody notices until something is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import cdktf
import pytest

from local.permissions.administration.definitions import Action, UnknownActionError, action, actions
from settings import load
from stacks.catalogue import STACKS
from tests.support.stacks import ENVIRON
from tests.support.synthesized import Synthesized

ENVIRONMENTS = ("dev", "staging", "prod", "pr-42")

_PLACEHOLDER = re.compile(r"\$\{\w+\}")
_TOKEN = re.compile(r"\$\{([^}]+)\}")
_ARNS = {
    "aws_cloudwatch_log_group": "arn:aws:logs:r:1:log-group:x",
    "aws_dynamodb_table": "arn:aws:dynamodb:r:1:table/x",
    "aws_kinesis_firehose_delivery_stream": "arn:aws:firehose:r:1:deliverystream/x",
    "aws_kms_key": "arn:aws:kms:r:1:key/x",
    "aws_rds_cluster": "arn:aws:secretsmanager:r:1:secret:x",
    "aws_s3_bucket": "arn:aws:s3:::x",
    "aws_sns_topic": "arn:aws:sns:r:1:x",
    "aws_sqs_queue": "arn:aws:sqs:r:1:x",
}
"""What the ARN that a token stands for looks like."""

_OF_EVERY_REQUEST = ("aws:PrincipalArn", "aws:RequestedRegion", "aws:SecureTransport", "aws:ViaAWSService")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""

_NOT_IN_THE_LIST = {
    # AWS's list has paths of HTTP APIs for these, whose ARNs REST APIs have, too
    "apigateway": "arn:*:apigateway:*::/*",
}


@dataclass(frozen=True)
class PolicyStatement:
    """A statement of an identity policy in a stack.

    Attributes:
        where: stack and statement, for messages.
        block: the statement as Terraform gets it.
    """

    where: str
    block: dict[str, Any]

    @property
    def resources(self) -> list[str]:
        """Its resources, each token replaced by something of its form."""
        return [_without_tokens(resource) for resource in self.block["resources"]]

    @property
    def named(self) -> list[Action]:
        """Its actions, those that a wildcard stands for included."""
        return [action(name) for written in self.block.get("actions", ()) for name in _expanded(written)]


def _expanded(written: str) -> list[str]:
    if "*" not in written:
        return [written]
    return [name for name in actions(written.partition(":")[0]) if fnmatchcase(name.lower(), written.lower())]


def _without_tokens(value: str) -> str:
    """A value with something of the same form in the place of each token."""
    return _TOKEN.sub(
        lambda match: _ARNS.get(match[1].split(".")[0], "x") if "arn" in match[1] else "x", value
    )


@cache
def _stack(name: str, environment: str) -> Synthesized:
    environ = {
        **ENVIRON,
        "ACCOUNT_ID": "111122223333",
        "DEPLOYMENT_REPOSITORY": "owner/repository",
        "ENVIRONMENT_SUFFIX": environment,
    }
    settings = load(environ, {})
    (entry,) = (one for one in STACKS if one.name == name)
    return Synthesized.of(entry.make(cdktf.Testing.app(), settings))


def _statements(name: str, environment: str) -> Iterator[PolicyStatement]:
    """The statements of every policy that a role can have."""
    stack = _stack(name, environment)
    for policy in stack.all("aws_iam_policy").values():
        for sid, block in stack.statements(policy["policy"]).items():
            yield PolicyStatement(f"{name}-{environment}: {policy['name']}: {sid}", block)


every_stack = pytest.mark.parametrize(
    ("stack", "environment"), [(stack.name, environment) for stack in STACKS for environment in ENVIRONMENTS]
)


@pytest.mark.requirement("IAM-1")
@every_stack
def test_every_action_exists(stack: str, environment: str) -> None:
    unknown = []
    for statement in _statements(stack, environment):
        for written in (*statement.block.get("actions", ()), *statement.block.get("not_actions", ())):
            try:
                found = written == "*" or [action(name) for name in _expanded(written)]
            except UnknownActionError:
                found = False
            if not found:
                unknown.append(f"{statement.where}: {written}")
    assert unknown == []


@pytest.mark.requirement("IAM-1")
@every_stack
def test_every_action_fits_a_resource_and_every_resource_an_action(stack: str, environment: str) -> None:
    unfit = []
    for statement in _statements(stack, environment):
        if statement.block.get("actions") in (None, ["*"]) or statement.block["resources"] == ["*"]:
            continue
        for one in statement.named if statement.block["effect"] == "Allow" else ():
            if not any(_fits(one, resource) for resource in statement.resources):
                unfit.append(f"{statement.where}: {one.name} on {statement.resources}")
        for resource in statement.resources:
            if not any(_fits(one, resource) for one in statement.named):
                unfit.append(f"{statement.where}: {resource}")
    assert unfit == []


@pytest.mark.requirement("IAM-1")
@every_stack
def test_every_condition_is_asked_by_every_action(stack: str, environment: str) -> None:
    unknown = [
        f"{statement.where}: {one.name} has no {condition['variable']}"
        for statement in _statements(stack, environment)
        if statement.block["effect"] == "Allow"
        for condition in statement.block.get("condition", ())
        for one in statement.named
        if not _has_key(one, condition["variable"])
    ]
    assert unknown == []


def _has_key(one: Action, key: str) -> bool:
    if key in _OF_EVERY_REQUEST:
        return True
    known = {_PLACEHOLDER.sub("*", name).lower() for name in one.all_condition_keys}
    return any(fnmatchcase(key.lower(), pattern) for pattern in known)


def _fits(one: Action, resource: str) -> bool:
    """Whether a resource of a policy can be one that the action is asked on."""
    if not one.resource_types:
        return resource == "*"
    forms = [_PLACEHOLDER.sub("*", kind.arn) for kind in one.resource_types]
    if one.service in _NOT_IN_THE_LIST:
        forms.append(_NOT_IN_THE_LIST[one.service])
    # Log groups have `:*` behind their names in all that is not about tags
    forms += [f"{form}:*" for form in forms if form.endswith(":log-group:*")]
    return any(_same_form(resource, form) for form in forms)


def _same_form(resource: str, form: str) -> bool:
    """Whether two patterns of ARNs have an ARN in common, part by part."""
    parts, others = resource.split(":", 5), form.split(":", 5)
    return len(parts) == len(others) and all(map(_overlap, parts, others))


@cache
def _overlap(left: str, right: str) -> bool:
    """Whether two patterns have a text in common."""
    if not left or not right:
        return not (left + right).strip("*")
    if left[0] == "*":
        return _overlap(left[1:], right) or _overlap(left, right[1:])
    if right[0] == "*":
        return _overlap(left, right[1:]) or _overlap(left[1:], right)
    return (left[0] == right[0] or "?" in (left[0], right[0])) and _overlap(left[1:], right[1:])


def test_patterns_overlap() -> None:
    assert _overlap("a*c", "ab*")
    assert _overlap("*", "")
    assert not _overlap("ab", "a")
    assert not _overlap("a*", "b*")
    assert _same_form("arn:aws:ec2:*:1:vpc/*", "arn:*:ec2:*:*:vpc/*")
    assert not _same_form("arn:aws:ec2:*:1:vpc/*", "arn:*:ec2:*:*:subnet/*")
    assert not _same_form("arn:aws:s3:::b", "arn:*:ec2:*:*:vpc/*")
