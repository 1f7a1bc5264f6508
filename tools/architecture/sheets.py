"""Where the parts of each stack's picture stand."""

from tools.architecture.graph import Actor
from tools.architecture.layout import Row, Sheet


def _small(*keys: str) -> Row:
    """Return a row of what has no arrows."""
    return Row(dict(enumerate(keys)), small=True)


SHEETS = {
    "trading-analytics": Sheet(
        title="Trading analytics",
        description=(
            "Trades files come in at the raw bucket and go by a queue to the market-data function, which "
            "writes bars to the analytics bucket and the database. Clients read them by way of a web "
            "firewall, an API and the API function. Logs are archived; what is critical in them, alarms and "
            "changes of compliance reach people on call by one topic."
        ),
        actors=(
            Actor(
                "clients", "Institutional clients", "web dashboard", "people", "api_url", "HTTPS", "requests"
            ),
            Actor("feed", "Market data feed", "trades as CSV", "file", "raw_bucket", "trades files", "data"),
        ),
        columns=8,
        zones=(1, 7),
        rows=(
            Row({0: "clients", 4: "feed", 7: "email-subscribers"}),
            Row(
                {
                    0: "web-acl",
                    1: "api",
                    2: "sessions-table",
                    3: "analytics-bucket",
                    4: "raw-bucket",
                    5: "raw-objects-queue",
                    6: "alerts-table",
                    7: "alerts-topic",
                }
            ),
            Row(
                {
                    1: "api-function",
                    2: "vpc-endpoints",
                    3: "migrations-function",
                    4: "market-data-function",
                    6: "critical-events-function",
                },
                tier="private",
            ),
            Row({0: "db-secret"}, tier="isolated"),
            Row({0: "internet-gateway", 7: "cost-budget"}, tier="public"),
            Row(
                {
                    0: "audit-trail",
                    1: "log-archive-bucket",
                    2: "log-archive-stream",
                    3: "log-groups",
                    4: "alarms",
                    5: "event-rules",
                    6: "config",
                    7: "config-bucket",
                }
            ),
            _small(
                "keys", "iam", "dead-letter-queues", "access-logs-bucket", "archive-bucket", "api-keys-table"
            ),
        ),
    ),
    "bootstrap": Sheet(
        title="Bootstrap",
        description=(
            "Workflows of the GitHub repository prove who they are at the identity provider and assume one "
            "of two roles, to plan or to deploy. Both read the Terraform state in its bucket, and deploying "
            "writes it."
        ),
        actors=(
            Actor(
                "github",
                "GitHub Actions",
                "workflows",
                "workflow",
                "oidc_provider_arn",
                "token",
                "deployment",
            ),
        ),
        columns=5,
        rows=(
            Row({0: "github"}),
            Row({0: "github-oidc-provider", 2: "plan-role", 4: "state-bucket"}),
            Row({2: "deploy-role"}),
            _small("keys", "iam", "access-logs-bucket"),
        ),
    ),
}
"""By the stack's name."""
