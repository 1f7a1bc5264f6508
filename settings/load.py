"""Reads every setting and refuses bad ones, all at once (GEN-7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, TypeVar

from settings import catalogue as c
from settings.model import (
    ApiSettings,
    AuroraSettings,
    BootstrapSettings,
    Settings,
    TradingAnalyticsSettings,
    family,
)
from settings.setting import Required, Setting

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """A value that is not allowed.

    Attributes:
        name: The setting.
        value: The text given; None where it is missing.
        allowed: What it accepts.
    """

    name: str
    value: str | None
    allowed: str

    def __str__(self) -> str:
        given = "is missing" if self.value is None else f"is {self.value!r}"
        return f"{self.name} {given}; allowed: {self.allowed}"


class SettingsError(Exception):
    """Settings that are not allowed, every one of them.

    Attributes:
        problems: One entry for each bad value.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class _Values:
    """Parsed values by setting, typed as the setting is; None stands for a value that could not be parsed."""

    def __init__(self, environ: Mapping[str, str], context: Mapping[str, Any]) -> None:
        self.problems: list[Problem] = []
        self._values: dict[str, Any] = {}
        self._texts: dict[str, str | None] = {}
        suffix = environ.get(c.SUFFIX.name) or str(context.get(c.SUFFIX.context_key) or c.SUFFIX.default)
        environments = context.get("environments", {})
        overrides = environments.get(suffix) or environments.get(family(suffix), {})
        for setting in c.CATALOGUE:
            text = environ.get(setting.name)
            for layer in (overrides, context):
                if text is None and setting.context_key in layer:
                    text = _text(layer[setting.context_key])
            default = setting.default_for(suffix)
            # An empty variable is how shells and CI systems say "not set".
            if not text:
                text = None if isinstance(default, Required) else default
            self._texts[setting.name] = text
            try:
                self._values[setting.name] = None if text is None else setting.parse(text)
            except (ValueError, KeyError):
                text_is_bad = True
            else:
                text_is_bad = text is None
            if text_is_bad:
                self._values[setting.name] = None
                self.refuse(setting)
        known = {setting.context_key for setting in c.CATALOGUE}
        for name, values in environments.items():
            self.problems += [
                Problem(f"cdktf.json context.environments.{name}.{key}", _text(value), "a setting's name")
                for key, value in values.items()
                if key not in known
            ]

    def __getitem__(self, setting: Setting[T]) -> T:
        value: T = self._values[setting.name]
        return value

    def refuse(self, setting: Setting[Any], allowed: str | None = None) -> None:
        self.problems.append(Problem(setting.name, self._texts[setting.name], allowed or setting.allowed))


def _text(value: object) -> str:
    """Write a value of cdktf.json as an environment variable would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def _check_together(v: _Values) -> None:
    """Refuse values that are right alone and wrong beside each other."""
    zones, region = v[c.AVAILABILITY_ZONES], v[c.REGION]
    if zones and (len(zones) != 3 or (region and not all(zone.startswith(region) for zone in zones))):
        v.refuse(c.AVAILABILITY_ZONES)
    low, high = v[c.AURORA_MIN_CAPACITY], v[c.AURORA_MAX_CAPACITY]
    if low is not None and high is not None and low > high:
        v.refuse(c.AURORA_MIN_CAPACITY)
    if v[c.AURORA_READERS] == 0 and v[c.SUFFIX] in ("staging", "prod"):
        v.refuse(c.AURORA_READERS)
    key_rate, stage_rate = v[c.API_KEY_RATE_LIMIT], v[c.API_STAGE_RATE_LIMIT]
    if key_rate and stage_rate and stage_rate <= key_rate:
        v.refuse(c.API_STAGE_RATE_LIMIT)
    cidr, reserved = v[c.VPC_CIDR], v[c.RESERVED_CIDRS]
    if cidr and reserved and any(IPv4Network(cidr).overlaps(IPv4Network(other)) for other in reserved):
        v.refuse(c.VPC_CIDR)


def load(environ: Mapping[str, str], context: Mapping[str, Any]) -> Settings:
    """Read the settings.

    An environment variable comes first, then ``context.environments.<suffix>`` of cdktf.json (for ``pr-42``,
    where it is missing, ``context.environments.pr``), then its ``context``, then the environment's default.

    Args:
        environ: Environment variables.
        context: The ``context`` of cdktf.json.

    Returns:
        The settings, all of them allowed.

    Raises:
        SettingsError: At least one is not; names every one.
    """
    v = _Values(environ, context)
    _check_together(v)
    if v.problems:
        raise SettingsError(v.problems)
    return Settings(
        suffix=v[c.SUFFIX],
        account_id=v[c.ACCOUNT_ID],
        cost_center=v[c.COST_CENTER],
        state_bucket=v[c.STATE_BUCKET],
        state_region=v[c.STATE_REGION],
        alert_email=v[c.ALERT_EMAIL],
        monthly_budget_usd=v[c.MONTHLY_BUDGET_USD],
        log_level=v[c.LOG_LEVEL],
        log_retention_days=v[c.LOG_RETENTION_DAYS],
        log_archive_days=v[c.LOG_ARCHIVE_DAYS],
        bootstrap=BootstrapSettings(
            repository=v[c.DEPLOYMENT_REPOSITORY], oidc_provider=v[c.GITHUB_OIDC_PROVIDER]
        ),
        trading_analytics=TradingAnalyticsSettings(
            region=v[c.REGION],
            vpc_cidr=v[c.VPC_CIDR],
            availability_zones=v[c.AVAILABILITY_ZONES],
            nat_gateways=v[c.NAT_GATEWAYS],
            interface_endpoints=v[c.INTERFACE_ENDPOINTS],
            aurora=AuroraSettings(
                min_capacity=v[c.AURORA_MIN_CAPACITY],
                max_capacity=v[c.AURORA_MAX_CAPACITY],
                readers=v[c.AURORA_READERS],
                backup_retention_days=v[c.AURORA_BACKUP_RETENTION_DAYS],
                cpu_alarm_percent=v[c.AURORA_CPU_ALARM_PERCENT],
            ),
            api=ApiSettings(
                clients=v[c.API_CLIENTS],
                key_rate_limit=v[c.API_KEY_RATE_LIMIT],
                key_burst_limit=v[c.API_KEY_BURST_LIMIT],
                stage_rate_limit=v[c.API_STAGE_RATE_LIMIT],
                dashboard_origins=v[c.DASHBOARD_ORIGINS],
                iam_authorization=v[c.API_IAM_AUTHORIZATION],
                account_role=v[c.API_ACCOUNT_ROLE],
                error_alarm_percent=v[c.API_ERROR_ALARM_PERCENT],
                latency_alarm_ms=v[c.API_LATENCY_ALARM_MS],
                concurrency=v[c.API_CONCURRENCY],
            ),
            processor_concurrency=v[c.PROCESSOR_CONCURRENCY],
            config_recorder=v[c.CONFIG_RECORDER],
            audit_trail=v[c.AUDIT_TRAIL],
            password_policy=v[c.PASSWORD_POLICY],
        ),
    )
