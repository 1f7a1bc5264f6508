"""Logs, alarms and dashboards (CloudWatch), the logs' archive (Firehose), budgets."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Statement

_LOG_GROUPS = ("/aws/*/{}", "/aws/*/{}/*", "aws-waf-logs-{}")
_CHANGE_LOG_GROUPS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:DeleteMetricFilter",
    "logs:DeleteSubscriptionFilter",
    "logs:PutMetricFilter",
    "logs:PutRetentionPolicy",
    "logs:PutSubscriptionFilter",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        # AWS offers no resource level for this
        Statement("FindLogGroups", ["logs:DescribeLogGroups"], ["*"]),
        Statement(
            "ReadLogGroups",
            ["logs:DescribeLogStreams", "logs:DescribeMetricFilters", "logs:DescribeSubscriptionFilters"],
            _log_groups(owned, ":*"),
        ),
        Statement("ReadTagsOfLogGroups", ["logs:ListTagsForResource"], _log_groups(owned)),
        Statement(
            "ReadAlarms",
            ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
            owned.named("cloudwatch", "alarm:{}"),
        ),
        Statement("ReadDashboards", ["cloudwatch:GetDashboard"], _dashboards(owned)),
        Statement(
            "ReadStreams",
            ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
            owned.named("firehose", "deliverystream/{}"),
        ),
        Statement("ReadBudgets", ["budgets:ListTagsForResource", "budgets:ViewBudget"], _budgets(owned)),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    return [
        Statement("ChangeLogGroups", _CHANGE_LOG_GROUPS, _log_groups(owned, ":*")),
        Statement("UpdateLogGroups", ["logs:AssociateKmsKey"], _log_groups(owned, ":*")),
        Statement("TagLogGroups", ["logs:TagResource"], _log_groups(owned)),
        # Services that write access logs arrange their delivery for whoever turns them on:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        # AWS offers no resource level for these
        Statement(
            "OnBehalfLogDelivery",
            [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            ["*"],
        ),
        Statement(
            "ChangeAlarms",
            [
                "cloudwatch:DeleteAlarms",
                "cloudwatch:PutCompositeAlarm",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
            ],
            owned.named("cloudwatch", "alarm:{}"),
        ),
        Statement(
            "ChangeDashboards", ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], _dashboards(owned)
        ),
        Statement(
            "ChangeStreams",
            [
                "firehose:CreateDeliveryStream",
                "firehose:DeleteDeliveryStream",
                "firehose:StartDeliveryStreamEncryption",
                "firehose:TagDeliveryStream",
            ],
            owned.named("firehose", "deliverystream/{}"),
        ),
        Statement(
            "UpdateStreams", ["firehose:UpdateDestination"], owned.named("firehose", "deliverystream/{}")
        ),
        Statement("ChangeBudgets", ["budgets:ModifyBudget", "budgets:TagResource"], _budgets(owned)),
    ]


def _log_groups(owned: Owned, end: str = "") -> list[str]:
    """Log groups; their ARNs end in `:*` in every action that is not about tags.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    forms = [f"log-group:{form}{end}" for form in _LOG_GROUPS]
    # API Gateway names the group of its execution logs by the API's id and the stage; ours is the suffix
    execution = f"log-group:API-Gateway-Execution-Logs_*/{owned.scope.suffix}{end}"
    return [*owned.named("logs", *forms), owned.arn("logs", execution)]


def _dashboards(owned: Owned) -> list[str]:
    return [owned.arn("cloudwatch", f"dashboard/{name}", region="") for name in owned.names]


def _budgets(owned: Owned) -> list[str]:
    return [owned.arn("budgets", f"budget/{name}", region="") for name in owned.names]
