"""Every setting, with its default for each environment (GEN-6)."""

from typing import Any

from settings import parse
from settings.regions import REGIONS
from settings.setting import REQUIRED, PerEnvironment, Setting

SUFFIX_MAX_LENGTH = 16
"""Keeps the longest name made from a suffix inside its service's limit; a test synthesizes one."""

_RETENTIONS = (
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
)
"""What CloudWatch knows, from the 30 days on that the stack's own Config rule asks for."""
_SWITCH = "true or false"
_ACCOUNT_WIDE = PerEnvironment("true", "true", "true", other="false")
"""One for each account: a pull request's environment shares the account with another that has it."""

SUFFIX = Setting(
    "ENVIRONMENT_SUFFIX",
    "Environment; last part of every name. Other than dev, staging and prod sizes like dev.",
    f"a small letter, then small letters, digits and dashes, {SUFFIX_MAX_LENGTH} characters at most, "
    "no dash at the end",
    parse.text(rf"[a-z](?:[a-z0-9-]{{0,{SUFFIX_MAX_LENGTH - 2}}}[a-z0-9])?"),
    "dev",
)
ACCOUNT_ID = Setting(
    "ACCOUNT_ID",
    "AWS account of the environment; credentials of any other are refused",
    "12 digits; in development also empty, which takes any account",
    parse.optional(parse.text(r"\d{12}")),
    PerEnvironment("", REQUIRED, REQUIRED),
)
STATE_BUCKET = Setting(
    "STATE_BUCKET",
    "Bucket of the Terraform state",
    "the name of a bucket of yours (3 to 63 small letters, digits, dots and dashes)",
    parse.text(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    REQUIRED,
)
STATE_REGION = Setting(
    "STATE_REGION",
    "Region of the state bucket",
    "an AWS region",
    parse.one_of(*REGIONS, "us-west-1"),
    "us-east-1",
)
DEPLOYMENT_REPOSITORY = Setting(
    "DEPLOYMENT_REPOSITORY",
    "GitHub repository whose workflows plan and deploy, as its tokens name it; empty makes no roles for any. "
    "One made since July 2026 names itself with its owner's and its own number: owner@1/name@2",
    "owner/name or owner@number/name@number, or empty",
    parse.optional(parse.text(r"[A-Za-z0-9-]+/[\w.-]+|[A-Za-z0-9-]+@\d+/[\w.-]+@\d+")),
    "",
)
GITHUB_OIDC_PROVIDER = Setting(
    "GITHUB_OIDC_PROVIDER",
    "Whether the bootstrap stack makes GitHub's identity provider (one per account); false finds it",
    _SWITCH,
    parse.switch,
    _ACCOUNT_WIDE,
)
COST_CENTER = Setting(
    "COST_CENTER",
    "Value of the CostCenter tag",
    "1 to 256 letters, digits, spaces and _.:/=+-@",
    parse.text(r"[\w.:/=+\-@ ]{1,256}"),
    "trading-platform",
)
ALERT_EMAIL = Setting(
    "ALERT_EMAIL",
    "Subscriber of the alerts",
    "an e-mail address, or empty",
    parse.optional(parse.text(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")),
    "",
)
MONTHLY_BUDGET_USD = Setting(
    "MONTHLY_BUDGET_USD",
    "US dollars a month that the environment may cost before the alert topic hears of it; 0 for no budget. "
    "It counts what has the tag Environment, once that is activated for costs (docs/cost.md)",
    "0 to 1000000, whole dollars",
    parse.integer(0, 1_000_000),
    # A quarter more than the design load costs (docs/cost.md); a test compares.
    PerEnvironment("150", "350", "1750", other="100"),
)
LOG_LEVEL = Setting(
    "LOG_LEVEL",
    "Level of the functions' logs",
    # Above INFO, Lambda drops lines without a level: the metrics that functions report, and uncaught errors.
    "DEBUG or INFO",
    parse.one_of("DEBUG", "INFO"),
    PerEnvironment("DEBUG", "INFO", "INFO"),
)
LOG_RETENTION_DAYS = Setting(
    "LOG_RETENTION_DAYS",
    "Days that logs stay searchable in CloudWatch",
    "one of the values that CloudWatch knows, 30 at least: " + ", ".join(map(str, _RETENTIONS)),
    parse.one_of_integers(*_RETENTIONS),
    "30",
)
LOG_ARCHIVE_DAYS = Setting(
    "LOG_ARCHIVE_DAYS",
    "Days that logs are kept in the archive",
    "365 (PCI-DSS 10.5.1) to 3653",
    parse.integer(365, 3653),
    "400",
)
REGION = Setting(
    "TRADING_ANALYTICS_REGION",
    "Region of the trading-analytics stack",
    "an AWS region with three availability zones: " + ", ".join(REGIONS),
    parse.one_of(*REGIONS),
    "us-east-1",
)
VPC_CIDR = Setting(
    "TRADING_ANALYTICS_VPC_CIDR",
    "Address range of the VPC",
    "a private IPv4 range, /16 to /20, written from its first address, that overlaps none of RESERVED_CIDRS",
    parse.cidr(16, 20),
    "10.0.0.0/16",
)
RESERVED_CIDRS = Setting(
    "RESERVED_CIDRS",
    "Address ranges in use elsewhere (office, peered networks) that the VPC must stay clear of",
    "private IPv4 ranges with commas, or empty",
    parse.words(parse.cidr(8, 32)),
    "",
)
AVAILABILITY_ZONES = Setting(
    "TRADING_ANALYTICS_AVAILABILITY_ZONES",
    "Availability zones; empty takes the region's first three",
    "exactly three different zones of the region with commas, or empty",
    parse.words(parse.text(r"[a-z]{2}-[a-z]+-\d[a-z]")),
    "",
)
NAT_GATEWAYS = Setting(
    "NAT_GATEWAYS",
    "NAT gateways: 1 for all zones, or 3 for one in each",
    "1 or 3",
    parse.one_of_integers(1, 3),
    PerEnvironment("1", "1", "3"),
)
INTERFACE_ENDPOINTS = Setting(
    "INTERFACE_ENDPOINTS",
    "Whether the functions reach AWS services through endpoints in the VPC",
    _SWITCH,
    parse.switch,
    PerEnvironment("false", "false", "true"),
)
AURORA_MIN_CAPACITY = Setting(
    "AURORA_MIN_CAPACITY",
    "Fewest Aurora capacity units; 0 pauses an idle cluster",
    "0 to 256 in steps of 0.5, not more than AURORA_MAX_CAPACITY",
    parse.capacity(0, 256),
    PerEnvironment("0", "0.5", "2"),
)
AURORA_MAX_CAPACITY = Setting(
    "AURORA_MAX_CAPACITY",
    "Most Aurora capacity units",
    "1 to 256 in steps of 0.5",
    parse.capacity(1, 256),
    PerEnvironment("2", "8", "32"),
)
AURORA_READERS = Setting(
    "AURORA_READERS",
    "Aurora readers beside the writer",
    "0 to 15; at least 1 in staging and prod",
    parse.integer(0, 15),
    PerEnvironment("0", "1", "2"),
)
AURORA_BACKUP_RETENTION_DAYS = Setting(
    "AURORA_BACKUP_RETENTION_DAYS",
    "Days that automated backups are kept",
    "1 to 35",
    parse.integer(1, 35),
    PerEnvironment("7", "14", "35"),
)
AURORA_CPU_ALARM_PERCENT = Setting(
    "AURORA_CPU_ALARM_PERCENT",
    "Database processor use above which the alarm fires, percent",
    "1 to 100",
    parse.integer(1, 100),
    PerEnvironment("90", "80", "70"),
)
API_CLIENTS = Setting(
    "API_CLIENTS",
    "Institutional clients; each has an API key of its own",
    "1 or more names with commas: small letters, digits and dashes, 32 characters at most",
    parse.words(parse.text(r"[a-z][a-z0-9-]{0,31}"), least=1),
    "dashboard",
)
API_KEY_RATE_LIMIT = Setting(
    "API_KEY_RATE_LIMIT", "Requests a second for each key", "1 to 10000", parse.integer(1, 10_000), "1000"
)
API_KEY_BURST_LIMIT = Setting(
    "API_KEY_BURST_LIMIT",
    "Requests at once for each key",
    "1 to 5000",
    parse.integer(1, 5_000),
    PerEnvironment("1000", "1000", "2000"),
)
API_STAGE_RATE_LIMIT = Setting(
    "API_STAGE_RATE_LIMIT",
    "Requests a second for the stage as a whole",
    "more than API_KEY_RATE_LIMIT, 10000 (the account's quota) at most",
    parse.integer(1, 10_000),
    PerEnvironment("2000", "4000", "8000"),
)
DASHBOARD_ORIGINS = Setting(
    "DASHBOARD_ORIGINS",
    "Web origins that browsers may call the API from",
    "1 or more https origins with commas (http only for localhost)",
    parse.words(parse.origin, least=1),
    PerEnvironment("http://localhost:3000", REQUIRED, REQUIRED),
)
API_IAM_AUTHORIZATION = Setting(
    "API_IAM_AUTHORIZATION",
    "Whether requests are signed with AWS credentials, besides the key",
    _SWITCH,
    parse.switch,
    "false",
)
API_ACCOUNT_ROLE = Setting(
    "API_ACCOUNT_ROLE",
    "Whether this stack sets the account's CloudWatch role for API Gateway",
    _SWITCH,
    parse.switch,
    _ACCOUNT_WIDE,
)
API_ERROR_ALARM_PERCENT = Setting(
    "API_ERROR_ALARM_PERCENT",
    "Share of server errors above which the alarm fires, percent",
    "1 to 100",
    parse.integer(1, 100),
    PerEnvironment("10", "5", "1"),
)
API_LATENCY_ALARM_MS = Setting(
    "API_LATENCY_ALARM_MS",
    "99th percentile of the latency above which the alarm fires, milliseconds",
    "1 to 29000",
    parse.integer(1, 29_000),
    PerEnvironment("3000", "2000", "1000"),
)
API_CONCURRENCY = Setting(
    "API_CONCURRENCY",
    "Executions of the API function at once",
    "1 to 1000",
    parse.integer(1, 1000),
    PerEnvironment("5", "20", "100"),
)
PROCESSOR_CONCURRENCY = Setting(
    "PROCESSOR_CONCURRENCY",
    "Executions of the market-data processor at once",
    "2 to 1000",
    parse.integer(2, 1000),
    PerEnvironment("2", "5", "20"),
)
CONFIG_RECORDER = Setting(
    "CONFIG_RECORDER",
    "Whether this stack has the account's AWS Config recorder (one per account and region)",
    _SWITCH,
    parse.switch,
    _ACCOUNT_WIDE,
)
AUDIT_TRAIL = Setting(
    "AUDIT_TRAIL",
    "Whether this stack has a CloudTrail trail; false where an organization trail exists",
    _SWITCH,
    parse.switch,
    _ACCOUNT_WIDE,
)
PASSWORD_POLICY = Setting(
    "PASSWORD_POLICY",
    "Whether this stack sets the account's IAM password policy",
    _SWITCH,
    parse.switch,
    _ACCOUNT_WIDE,
)

CATALOGUE: tuple[Setting[Any], ...] = tuple(
    value for value in globals().values() if isinstance(value, Setting)
)
