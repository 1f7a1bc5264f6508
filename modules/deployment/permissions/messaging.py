"""Queues (SQS), topics (SNS) and event rules (EventBridge)."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Statement


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        Statement("ReadQueues", ["sqs:GetQueueAttributes", "sqs:ListQueueTags"], owned.named("sqs", "{}")),
        Statement(
            "ReadTopics", ["sns:GetTopicAttributes", "sns:ListTagsForResource"], owned.named("sns", "{}")
        ),
        # AWS offers no resource level for this
        Statement("OptionReadSubscribers", ["sns:GetSubscriptionAttributes"], ["*"]),
        Statement(
            "ReadEventRules",
            ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
            owned.named("events", "rule/{}"),
        ),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    return [
        Statement(
            "ChangeQueues",
            ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue"],
            owned.named("sqs", "{}"),
        ),
        Statement(
            "ChangeTopics",
            [
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:SetTopicAttributes",
                "sns:TagResource",
            ],
            owned.named("sns", "{}"),
        ),
        Statement("OptionSubscribe", ["sns:Subscribe"], owned.named("sns", "{}")),
        # AWS offers no resource level for this
        Statement("OptionUnsubscribe", ["sns:Unsubscribe"], ["*"]),
        Statement(
            "ChangeEventRules",
            [
                "events:DeleteRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
                "events:TagResource",
            ],
            owned.named("events", "rule/{}"),
        ),
    ]
