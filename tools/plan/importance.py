"""Which changes deserve attention first: what is lost, then who may do what, then the rest."""

from collections.abc import Mapping
from enum import StrEnum

from tools.plan.changes import Action, Change, Plan


class Importance(StrEnum):
    """A group of changes, as its heading names it; the most important first."""

    DESTRUCTIVE = "Destroyed or replaced"
    SECURITY = "Security"
    REST = "Everything else"


DATA_HOLDERS: Mapping[str, str] = {
    "aws_api_gateway_api_key": "the key that a client calls with",
    "aws_cloudwatch_log_group": "log events",
    "aws_db_instance": "a database",
    "aws_dynamodb_table": "a table",
    "aws_efs_file_system": "files",
    "aws_elasticache_replication_group": "a cache",
    "aws_kinesis_stream": "records under way",
    "aws_kms_key": "the key to everything encrypted with it",
    "aws_rds_cluster": "a database",
    "aws_s3_bucket": "objects",
    "aws_secretsmanager_secret": "a secret",
    "aws_sqs_queue": "messages under way",
}
"""Types whose deletion or replacement loses something that no apply brings back, and what that is."""

_SECURITY_PREFIXES = (
    "aws_acm",
    "aws_cloudtrail",
    "aws_config_",
    "aws_iam_",
    "aws_kms_",
    "aws_lambda_permission",
    "aws_network_acl",
    "aws_secretsmanager_",
    "aws_security_group",
    "aws_vpc_endpoint_policy",
    "aws_vpc_security_group_",
    "aws_wafv2_",
)
_SECURITY_PARTS = (
    "_policy",
    "public_access_block",
    "ownership_controls",
    "server_side_encryption",
    "api_key",
)
_SECURITY_ATTRIBUTES = frozenset(
    {
        "api_key_required",
        "authorization",
        "iam_database_authentication_enabled",
        "kms_key_arn",
        "kms_key_id",
        "kms_master_key_id",
        "map_public_ip_on_launch",
        "permissions_boundary",
        "policy",
        "publicly_accessible",
        "security_group_ids",
        "security_groups",
        "server_side_encryption",
        "storage_encrypted",
        "vpc_security_group_ids",
    }
)


def grouped(plan: Plan) -> Mapping[Importance, list[Change]]:
    """Return the changes of each group, those of outputs with the rest."""
    groups: dict[Importance, list[Change]] = {group: [] for group in Importance}
    for change in plan.changes:
        groups[importance(change)].append(change)
    groups[Importance.REST] += plan.outputs
    return groups


def importance(change: Change) -> Importance:
    """Return the group that a change belongs to."""
    if change.action in (Action.DELETE, Action.REPLACE, Action.FORGET):
        return Importance.DESTRUCTIVE
    return Importance.SECURITY if is_security_relevant(change) else Importance.REST


def is_security_relevant(change: Change) -> bool:
    """Whether a change bears on who may do or read what: by its type, or by an attribute that it changes."""
    return (
        change.type.startswith(_SECURITY_PREFIXES)
        or any(part in change.type for part in _SECURITY_PARTS)
        or (change.action is Action.UPDATE and not _SECURITY_ATTRIBUTES.isdisjoint(_changed(change)))
    )


def loses(change: Change) -> str | None:
    """Return what a change loses for good, None if nothing."""
    if change.action not in (Action.DELETE, Action.REPLACE):
        return None
    return DATA_HOLDERS.get(change.type)


def _changed(change: Change) -> set[str]:
    """Names of the attributes whose values differ or will only be known."""
    before, after, unknown = (
        each if isinstance(each, dict) else {} for each in (change.before, change.after, change.unknown)
    )
    return {
        name for name in {*before, *after} if before.get(name) != after.get(name) or unknown.get(name) is True
    }
