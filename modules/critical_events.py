"""Critical log events, picked by subscription filters, for the alert function (OBS-3).

A log group takes two subscription filters at most; the other one carries it to the archive.
"""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_subscription_filter import CloudwatchLogSubscriptionFilter
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.context import Context
from modules.log_group import LogGroup

FUNCTION_EVENTS = (
    '{ ($.level = "ERROR") || ($.level = "CRITICAL") || ($.level = "FATAL") || ($.log_level = "ERROR")'
    ' || ($.record.status = "timeout") || ($.record.status = "failure") }'
)
"""Functions that log JSON: what they call an error, and the platform's report of a time-out or a crash.

Some of Lambda's runtimes say ``log_level`` of what no handler caught (issue 220 of
aws-lambda-python-runtime-interface-client).
"""

FUNCTION_REPORTS = '{ $.type = "platform.report" }'
"""Functions that log JSON: what Lambda measured of each invocation."""

API_ACCESS_EVENTS = '{ ($.status = "5*") || ($.status = "403") || ($.status = "429") }'
"""Access log of a REST API in JSON with a text field ``status``: server errors, access denied, throttled."""

API_EXECUTION_EVENTS = '?"Execution failed" ?"Lambda invocation failed" ?"Lambda execution failed"'
"""Execution log of a REST API, plain text."""

API_THROTTLED_EVENTS = '{ $.status = "429" }'
"""Access log of a REST API: requests over the limit of a key or of the stage."""

DATABASE_EVENTS = (
    '?"FATAL:" ?"PANIC:" ?"permission denied" ?"authentication failed" ?"remaining connection slots"'
)
"""Log of PostgreSQL, plain text: what ends a session or the server, and access denied."""

FAILED_LOGIN_EVENTS = '?"authentication failed" ?"no pg_hba.conf entry"'
"""Log of PostgreSQL: refused logins, by password or by IAM."""

TRAIL_EVENTS = (
    '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")'
    ' || ($.errorCode = "*Throttl*") }'
)
"""CloudTrail: calls to AWS that were denied or throttled."""


@dataclass(frozen=True)
class CriticalEventsProps:
    """Properties of the picking.

    Attributes:
        function_name: The alert function.
        function_arn: Its ARN.
        function_log_group: Its log group, which is not to be watched.
    """

    function_name: str
    function_arn: str
    function_log_group: LogGroup


class CriticalEvents(Construct):
    """Subscription filters that lead to the alert function."""

    def __init__(self, scope: Construct, id_: str, context: Context, props: CriticalEventsProps) -> None:
        super().__init__(scope, id_)
        self._context = context
        self._props = props

    def watch(self, purpose: str, log_group: LogGroup, pattern: str) -> None:
        """Send a log group's critical events to the alert function.

        Args:
            purpose: Purpose part of the filter's name; also its id.
            log_group: The log group.
            pattern: Which events are critical: one of this module's, or another in CloudWatch's syntax.

        Raises:
            ValueError: It is the alert function's own log group. One error there would call the function,
                whose error would call it again, and so on.
        """
        if log_group is self._props.function_log_group:
            raise ValueError("the alert function can't watch its own log group: an error would never end")
        permission = LambdaPermission(
            self,
            f"{purpose}-permission",
            statement_id=f"{purpose}-log-group",
            action="lambda:InvokeFunction",
            function_name=self._props.function_name,
            principal="logs.amazonaws.com",
            source_arn=f"{log_group.arn}:*",
            source_account=self._context.account_id,
        )
        CloudwatchLogSubscriptionFilter(
            self,
            f"{purpose}-filter",
            name=self._context.name(f"{purpose}-critical-events-filter"),
            log_group_name=log_group.name,
            filter_pattern=pattern,
            destination_arn=self._props.function_arn,
            # CloudWatch Logs sends a test event when the filter is made.
            depends_on=[permission],
        )
