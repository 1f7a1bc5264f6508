"""Declared, encrypted log groups with an expiry (OBS-1)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.context import Context, DataClassification

RETENTION_DAYS = 30
"""Days that logs stay searchable in CloudWatch; the archive keeps them longer (OBS-2)."""


@dataclass(frozen=True)
class LogGroupProps:
    """Properties of a log group.

    Attributes:
        name: Full name. Services that log by themselves dictate it (``/aws/lambda/<function>``), which is why
            the group is declared before the service: the service would create it without key and expiry.
        key_arn: Customer-managed key whose policy lets CloudWatch Logs use it.
        classification: Data classification of what is logged.
        retention_days: Days until an event expires; one of the values that CloudWatch knows.
    """

    name: str
    key_arn: str
    classification: DataClassification = DataClassification.CONFIDENTIAL
    retention_days: int = RETENTION_DAYS


class LogGroup(Construct):
    """A CloudWatch log group.

    Attributes:
        name: The group's name, as a reference, so that what uses it is created after it.
        arn: The group's ARN, without the trailing ``:*``.
        group: What a service depends on that would otherwise make the group by itself.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: LogGroupProps) -> None:
        super().__init__(scope, id_)
        self.group = CloudwatchLogGroup(
            self,
            "group",
            name=props.name,
            kms_key_id=props.key_arn,
            retention_in_days=props.retention_days,
            skip_destroy=False,
            tags=context.tags(props.classification, props.name),
        )
        self.name = self.group.name
        self.arn = self.group.arn
