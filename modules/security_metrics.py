"""What nobody should do unnoticed, counted in the audit trail's log group (OBS-3, PCI-DSS 10.4.1)."""

from dataclasses import dataclass

from constructs import Construct

from modules.alarms import Alarm
from modules.context import Context
from modules.log_metric import LogMetric, LogMetricProps

# Source: CIS AWS Foundations Benchmark 3.0, section 4 "Monitoring". For each: purpose, what its alarm says,
# which events.
_EVENTS = (
    (
        "root-use",
        "Somebody used the account's root user.",
        '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS)'
        ' && ($.eventType != "AwsServiceEvent") }',
    ),
    (
        "sign-in-without-mfa",
        "A user signed in to the console without a second factor.",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes")'
        ' && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    ),
    (
        "trail-changes",
        "Somebody changed, stopped or deleted an audit trail.",
        '{ ($.eventName = "UpdateTrail") || ($.eventName = "DeleteTrail") || ($.eventName = "StopLogging") }',
    ),
    (
        "key-removals",
        "Somebody disabled an encryption key or scheduled its deletion.",
        '{ ($.eventSource = "kms.amazonaws.com")'
        ' && (($.eventName = "DisableKey") || ($.eventName = "ScheduleKeyDeletion")) }',
    ),
)


@dataclass(frozen=True)
class SecurityMetricsProps:
    """Properties of the metrics.

    Attributes:
        log_group_name: The audit trail's log group.
    """

    log_group_name: str


class SecurityMetrics(Construct):
    """Metric filters over the audit trail.

    Attributes:
        alarms: An alarm for each; one event fires it.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: SecurityMetricsProps) -> None:
        super().__init__(scope, id_)
        self.alarms = [
            Alarm(
                purpose,
                description,
                LogMetric(
                    self, purpose, context, LogMetricProps(purpose, props.log_group_name, pattern)
                ).metric,
                threshold=0,
            )
            for purpose, description, pattern in _EVENTS
        ]
