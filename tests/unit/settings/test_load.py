"""Settings: defaults per environment, and every bad value refused at once."""

from typing import Any

import pytest

from settings import SettingsError, load
from settings.catalogue import CATALOGUE, SUFFIX_MAX_LENGTH

ENVIRON = {
    "ACCOUNT_ID": "111122223333",
    "DASHBOARD_ORIGINS": "https://dashboard.example.com",
    "STATE_BUCKET": "state-bucket",
}


def _refused(environ: dict[str, str], context: dict[str, Any] | None = None) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        load({**ENVIRON, **environ}, context or {})
    return {problem.name: str(problem) for problem in error.value.problems}


@pytest.mark.requirement("GEN-6")
@pytest.mark.parametrize(
    ("suffix", "nat", "minimum", "readers", "backup", "endpoints", "level", "cpu"),
    [
        ("dev", 1, 0, 0, 7, False, "DEBUG", 90),
        ("staging", 1, 0.5, 1, 14, False, "INFO", 80),
        ("prod", 3, 2, 2, 35, True, "INFO", 70),
        ("pr-42", 1, 0, 0, 7, False, "DEBUG", 90),
    ],
)
def test_environments_differ_where_cost_and_reliability_differ(
    suffix: str, nat: int, minimum: float, readers: int, backup: int, endpoints: bool, level: str, cpu: int
) -> None:
    settings = load({**ENVIRON, "ENVIRONMENT_SUFFIX": suffix}, {})
    stack = settings.trading_analytics
    assert settings.suffix == suffix
    assert stack.nat_gateways == nat
    assert stack.interface_endpoints is endpoints
    assert settings.log_level == level
    aurora = stack.aurora
    assert (aurora.min_capacity, aurora.readers, aurora.backup_retention_days) == (minimum, readers, backup)
    assert aurora.cpu_alarm_percent == cpu


@pytest.mark.requirement("GEN-6")
def test_pull_request_environments_leave_the_account_wide_parts_to_another() -> None:
    own = load({**ENVIRON}, {}).trading_analytics
    shared = load({**ENVIRON, "ENVIRONMENT_SUFFIX": "pr-42"}, {}).trading_analytics
    assert (own.config_recorder, own.audit_trail, own.password_policy, own.api.account_role) == (True,) * 4
    assert (shared.config_recorder, shared.audit_trail, shared.password_policy) == (False,) * 3
    assert shared.api.account_role is False
    assert load({**ENVIRON}, {}).bootstrap.oidc_provider is True
    assert load({**ENVIRON, "ENVIRONMENT_SUFFIX": "pr"}, {}).bootstrap.oidc_provider is False


@pytest.mark.parametrize("repository", ["owner/name", "some-owner/na_me.x", "owner@123456/name@456789"])
def test_a_repository_is_named_as_its_tokens_name_it(repository: str) -> None:
    assert load({**ENVIRON, "DEPLOYMENT_REPOSITORY": repository}, {}).bootstrap.repository == repository


def test_without_a_repository_nobody_deploys_by_workflow() -> None:
    assert load(ENVIRON, {}).bootstrap.repository is None


def test_the_environment_comes_before_the_context_and_the_context_before_the_default() -> None:
    context = {"natGateways": 3, "costCenter": "all", "environments": {"dev": {"costCenter": "dev-only"}}}
    settings = load({**ENVIRON}, context)
    assert settings.trading_analytics.nat_gateways == 3
    assert settings.cost_center == "dev-only"
    assert load({**ENVIRON, "COST_CENTER": "shell"}, context).cost_center == "shell"
    assert load({**ENVIRON, "ENVIRONMENT_SUFFIX": "pr-1"}, context).cost_center == "all"


def test_an_empty_variable_means_not_set() -> None:
    assert load({**ENVIRON, "NAT_GATEWAYS": ""}, {}).trading_analytics.nat_gateways == 1


@pytest.mark.requirement("GEN-1")
def test_the_state_bucket_has_no_default() -> None:
    with pytest.raises(
        SettingsError, match="STATE_BUCKET is missing; allowed: the name of a bucket of yours"
    ):
        load({}, {})


@pytest.mark.requirement("GEN-7")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT_SUFFIX", "Dev"),
        ("ENVIRONMENT_SUFFIX", "1dev"),
        ("ENVIRONMENT_SUFFIX", "dev_1"),
        ("ENVIRONMENT_SUFFIX", "dev-"),
        ("ENVIRONMENT_SUFFIX", "d" * (SUFFIX_MAX_LENGTH + 1)),
        ("TRADING_ANALYTICS_VPC_CIDR", "10.0.0.0/15"),
        ("TRADING_ANALYTICS_VPC_CIDR", "10.0.0.0/21"),
        ("TRADING_ANALYTICS_VPC_CIDR", "10.0.1.0/16"),
        ("TRADING_ANALYTICS_VPC_CIDR", "8.8.0.0/16"),
        ("TRADING_ANALYTICS_VPC_CIDR", "ten"),
        ("TRADING_ANALYTICS_REGION", "us-east-9"),
        ("TRADING_ANALYTICS_REGION", "us-west-1"),
        ("TRADING_ANALYTICS_AVAILABILITY_ZONES", "us-east-1a,us-east-1b"),
        ("TRADING_ANALYTICS_AVAILABILITY_ZONES", "us-east-1a,us-east-1b,us-east-1b"),
        ("TRADING_ANALYTICS_AVAILABILITY_ZONES", "us-east-1a,us-east-1b,eu-west-1a"),
        ("TRADING_ANALYTICS_AVAILABILITY_ZONES", "us-east-1a,us-east-1b,us-east-1-bos-1a"),
        ("NAT_GATEWAYS", "2"),
        ("NAT_GATEWAYS", "many"),
        ("INTERFACE_ENDPOINTS", "yes"),
        ("AURORA_MIN_CAPACITY", "0.3"),
        ("AURORA_MIN_CAPACITY", "-1"),
        ("AURORA_MIN_CAPACITY", "4"),
        ("AURORA_MAX_CAPACITY", "257"),
        ("AURORA_MAX_CAPACITY", "nan"),
        ("AURORA_BACKUP_RETENTION_DAYS", "36"),
        ("LOG_RETENTION_DAYS", "31"),
        ("LOG_RETENTION_DAYS", "14"),
        ("LOG_ARCHIVE_DAYS", "364"),
        ("LOG_LEVEL", "loud"),
        ("LOG_LEVEL", "WARN"),
        ("API_STAGE_RATE_LIMIT", "1000"),
        ("API_CLIENTS", ","),
        ("DASHBOARD_ORIGINS", "*"),
        ("DASHBOARD_ORIGINS", "http://dashboard.example.com"),
        ("ALERT_EMAIL", "nobody"),
        ("MONTHLY_BUDGET_USD", "-1"),
        ("MONTHLY_BUDGET_USD", "99.50"),
        ("STATE_BUCKET", "UPPER"),
        ("ACCOUNT_ID", "12345678901"),
        ("ACCOUNT_ID", "1234-5678-9012"),
        ("DEPLOYMENT_REPOSITORY", "name-alone"),
        ("DEPLOYMENT_REPOSITORY", "owner/*"),
        ("DEPLOYMENT_REPOSITORY", "owner/name:environment"),
        ("DEPLOYMENT_REPOSITORY", "owner@1/name"),
        ("DEPLOYMENT_REPOSITORY", "https://github.com/owner/name"),
        ("GITHUB_OIDC_PROVIDER", "maybe"),
    ],
)
def test_a_bad_value_is_refused(name: str, value: str) -> None:
    refused = _refused({name: value})
    assert list(refused) == [name]
    assert refused[name].startswith(f"{name} is {value!r}; allowed: ")


@pytest.mark.requirement("GEN-7")
def test_every_bad_value_is_reported_at_once() -> None:
    assert set(
        _refused({"NAT_GATEWAYS": "2", "LOG_LEVEL": "x", "STATE_BUCKET": "!", "AURORA_MIN_CAPACITY": "9"})
    ) == {
        "NAT_GATEWAYS",
        "LOG_LEVEL",
        "STATE_BUCKET",
        "AURORA_MIN_CAPACITY",
    }


@pytest.mark.requirement("GEN-7")
def test_an_overlapping_range_is_refused() -> None:
    assert list(_refused({"RESERVED_CIDRS": "192.168.0.0/24,10.0.128.0/20"})) == [
        "TRADING_ANALYTICS_VPC_CIDR"
    ]
    assert load({**ENVIRON, "RESERVED_CIDRS": "10.1.0.0/16"}, {}).trading_analytics.vpc_cidr == "10.0.0.0/16"


@pytest.mark.requirement("GEN-7")
@pytest.mark.parametrize("suffix", ["staging", "prod"])
def test_outside_development_there_is_a_reader_a_named_dashboard_and_a_named_account(suffix: str) -> None:
    environ = {
        "ENVIRONMENT_SUFFIX": suffix,
        "AURORA_READERS": "0",
        "DASHBOARD_ORIGINS": "",
        "ACCOUNT_ID": "",
    }
    assert set(_refused(environ)) == {"AURORA_READERS", "DASHBOARD_ORIGINS", "ACCOUNT_ID"}


def test_development_may_leave_the_account_open() -> None:
    assert load({**ENVIRON, "ACCOUNT_ID": ""}, {}).account_id is None
    assert load(ENVIRON, {}).account_id == "111122223333"


@pytest.mark.parametrize(
    ("suffix", "family"),
    [("dev", "dev"), ("pr-42", "pr"), ("pr-4-2", "pr-4"), ("team-a", "team-a"), ("pr", "pr")],
)
def test_numbered_environments_are_a_family(suffix: str, family: str) -> None:
    assert load({**ENVIRON, "ENVIRONMENT_SUFFIX": suffix}, {}).family == family


def test_a_numbered_environment_is_set_up_as_its_family_unless_it_is_named_itself() -> None:
    environments = {"pr": {"natGateways": 3}, "pr-7": {"logRetentionDays": 60}}
    numbered = load({**ENVIRON, "ENVIRONMENT_SUFFIX": "pr-42"}, {"environments": environments})
    named = load({**ENVIRON, "ENVIRONMENT_SUFFIX": "pr-7"}, {"environments": environments})
    assert (numbered.trading_analytics.nat_gateways, numbered.log_retention_days) == (3, 30)
    assert (named.trading_analytics.nat_gateways, named.log_retention_days) == (1, 60)


def test_a_misspelt_setting_of_an_environment_is_refused() -> None:
    assert list(_refused({}, {"environments": {"prod": {"natGatways": 3}}})) == [
        "cdktf.json context.environments.prod.natGatways"
    ]


def test_every_default_is_allowed_in_every_environment() -> None:
    for suffix in ("dev", "staging", "prod", "pr-42"):
        load({**ENVIRON, "ENVIRONMENT_SUFFIX": suffix}, {})


def test_names_are_unique() -> None:
    assert len({setting.name for setting in CATALOGUE}) == len(CATALOGUE)
