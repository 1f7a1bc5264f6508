"""What the stacks are built from, once every setting is known to be right."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class AuroraSettings:
    """Size of an Aurora Serverless v2 cluster.

    Attributes:
        min_capacity: Fewest capacity units (2 GiB each); 0 pauses an idle cluster.
        max_capacity: Most capacity units.
        readers: Reader instances beside the writer.
        backup_retention_days: Days that automated backups are kept.
        cpu_alarm_percent: Processor use above which the alarm fires.
    """

    min_capacity: float
    max_capacity: float
    readers: int
    backup_retention_days: int
    cpu_alarm_percent: int


@dataclass(frozen=True)
class ApiSettings:
    """The API for institutional clients.

    Attributes:
        clients: Names of the clients; each has an API key of its own.
        key_rate_limit: Requests a second for each key.
        key_burst_limit: Requests at once for each key.
        stage_rate_limit: Requests a second for the stage as a whole; higher than one key's.
        dashboard_origins: Web origins that browsers may call the API from.
        iam_authorization: Whether requests are signed with AWS credentials, besides the key.
        account_role: Whether this stack sets the account's CloudWatch role for API Gateway.
        error_alarm_percent: Share of server errors above which the alarm fires.
        latency_alarm_ms: 99th percentile of the latency, in milliseconds, above which the alarm fires.
        concurrency: Executions of the API function at once.
    """

    clients: tuple[str, ...]
    key_rate_limit: int
    key_burst_limit: int
    stage_rate_limit: int
    dashboard_origins: tuple[str, ...]
    iam_authorization: bool
    account_role: bool
    error_alarm_percent: int
    latency_alarm_ms: int
    concurrency: int


@dataclass(frozen=True)
class TradingAnalyticsSettings:
    """The trading-analytics stack.

    Attributes:
        region: AWS region.
        vpc_cidr: Address range of the VPC.
        availability_zones: Names of exactly three zones; empty to take the region's first three.
        nat_gateways: NAT gateways: one for all zones, or one for each.
        interface_endpoints: Whether the functions reach AWS services through endpoints in the VPC.
        aurora: The database.
        api: The API.
        processor_concurrency: Executions of the market-data processor at once.
        config_recorder: Whether this stack has the account's AWS Config recorder.
        audit_trail: Whether this stack has a CloudTrail trail.
        password_policy: Whether this stack sets the account's IAM password policy.
    """

    region: str
    vpc_cidr: str
    availability_zones: tuple[str, ...]
    nat_gateways: int
    interface_endpoints: bool
    aurora: AuroraSettings
    api: ApiSettings
    processor_concurrency: int
    config_recorder: bool
    audit_trail: bool
    password_policy: bool


@dataclass(frozen=True)
class BootstrapSettings:
    """The bootstrap stack, which the environments of a family share.

    Attributes:
        repository: GitHub repository whose workflows plan and deploy, as the subject of its tokens names it
            (``owner/name`` or ``owner@number/name@number``); None for no workflows.
        oidc_provider: Whether this stack makes the account's identity provider for GitHub.
    """

    repository: str | None
    oidc_provider: bool


@dataclass(frozen=True)
class Settings:
    """Everything that differs between environments.

    Attributes:
        suffix: Environment suffix.
        account_id: AWS account that it belongs to; None for whichever the credentials are of.
        cost_center: Value of the ``CostCenter`` tag.
        state_bucket: Bucket of the Terraform state.
        state_region: Region of that bucket.
        alert_email: Subscriber of the alerts; None for none.
        monthly_budget_usd: US dollars a month beyond which spending is an alert; 0 for no budget.
        log_level: Level of the functions' logs.
        log_retention_days: Days that logs stay searchable in CloudWatch.
        log_archive_days: Days that logs are kept in the archive.
        bootstrap: The bootstrap stack.
        trading_analytics: The trading-analytics stack.
    """

    suffix: str
    account_id: str | None
    cost_center: str
    state_bucket: str
    state_region: str
    alert_email: str | None
    monthly_budget_usd: int
    log_level: str
    log_retention_days: int
    log_archive_days: int
    bootstrap: BootstrapSettings
    trading_analytics: TradingAnalyticsSettings

    @property
    def family(self) -> str:
        """What the environment shares a state bucket and deployment roles with: ``pr`` for ``pr-42``."""
        return family(self.suffix)


def family(suffix: str) -> str:
    """Return an environment's family: its suffix without a number at the end."""
    return re.sub(r"-\d+$", "", suffix)
