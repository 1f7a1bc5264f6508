"""What is in an account: every resource that somebody made, none that AWS makes by itself.

`make local-down` and the tests ask it whether a destroy left anything.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath

_GLOBAL_REGION = "us-east-1"
"""Where the services answer that know no regions."""


@dataclass(frozen=True)
class Kind:
    """One kind of resource, and the call that lists it.

    Attributes:
        name: what a person calls it.
        service: boto3's name of the service.
        operation: boto3's name of the listing call; paged through when it has pages.
        expression: JMESPath that takes the names from an answer and leaves out what is not ours.
        arguments: of the call.
    """

    name: str
    service: str
    operation: str
    expression: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def names(self, client: Any) -> Iterator[str]:
        """The names of all resources of this kind that the client's account and region have."""
        arguments = dict(self.arguments)
        if client.can_paginate(self.operation):
            pages: Iterable[Any] = client.get_paginator(self.operation).paginate(**arguments)
        else:
            pages = [getattr(client, self.operation)(**arguments)]
        for page in pages:
            yield from jmespath.search(self.expression, page) or []


GLOBAL_KINDS = (
    Kind("bucket", "s3", "list_buckets", "Buckets[].Name"),
    Kind("role", "iam", "list_roles", "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"),
    Kind("policy", "iam", "list_policies", "Policies[].Arn", (("Scope", "Local"),)),
    Kind("user", "iam", "list_users", "Users[].UserName"),
    Kind("group", "iam", "list_groups", "Groups[].GroupName"),
    Kind("instance profile", "iam", "list_instance_profiles", "InstanceProfiles[].InstanceProfileName"),
    Kind("identity provider", "iam", "list_open_id_connect_providers", "OpenIDConnectProviderList[].Arn"),
)

REGIONAL_KINDS = (
    # network; what a VPC brings along (main route table, default network ACL and security group) goes with it
    Kind("VPC", "ec2", "describe_vpcs", "Vpcs[?!IsDefault].VpcId"),
    Kind("subnet", "ec2", "describe_subnets", "Subnets[?!DefaultForAz].SubnetId"),
    Kind("internet gateway", "ec2", "describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
    Kind("address", "ec2", "describe_addresses", "Addresses[].AllocationId"),
    Kind("NAT gateway", "ec2", "describe_nat_gateways", "NatGateways[?State != 'deleted'].NatGatewayId"),
    Kind("route table", "ec2", "describe_route_tables", "RouteTables[?!(Associations[?Main])].RouteTableId"),
    Kind("network ACL", "ec2", "describe_network_acls", "NetworkAcls[?!IsDefault].NetworkAclId"),
    Kind(
        "security group", "ec2", "describe_security_groups", "SecurityGroups[?GroupName != 'default'].GroupId"
    ),
    Kind("VPC endpoint", "ec2", "describe_vpc_endpoints", "VpcEndpoints[?State != 'deleted'].VpcEndpointId"),
    Kind(
        "prefix list", "ec2", "describe_managed_prefix_lists", "PrefixLists[?OwnerId != 'AWS'].PrefixListId"
    ),
    Kind("network interface", "ec2", "describe_network_interfaces", "NetworkInterfaces[].NetworkInterfaceId"),
    Kind("flow log", "ec2", "describe_flow_logs", "FlowLogs[].FlowLogId"),
    # keys and secrets
    Kind("alias", "kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"),
    Kind("secret", "secretsmanager", "list_secrets", "SecretList[].Name"),
    Kind("parameter", "ssm", "describe_parameters", "Parameters[].Name"),
    # databases
    Kind("cluster", "rds", "describe_db_clusters", "DBClusters[].DBClusterIdentifier"),
    Kind("instance", "rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    Kind(
        "cluster snapshot",
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots[].DBClusterSnapshotIdentifier",
    ),
    Kind("snapshot", "rds", "describe_db_snapshots", "DBSnapshots[].DBSnapshotIdentifier"),
    Kind("subnet group", "rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName"),
    Kind(
        "cluster parameter group",
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups[?!starts_with(DBClusterParameterGroupName, 'default.')]"
        ".DBClusterParameterGroupName",
    ),
    Kind(
        "parameter group",
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[?!starts_with(DBParameterGroupName, 'default.')].DBParameterGroupName",
    ),
    Kind(
        "event subscription",
        "rds",
        "describe_event_subscriptions",
        "EventSubscriptionsList[].CustSubscriptionId",
    ),
    Kind("table", "dynamodb", "list_tables", "TableNames"),
    # functions and messages
    Kind("function", "lambda", "list_functions", "Functions[].FunctionName"),
    Kind("layer", "lambda", "list_layers", "Layers[].LayerName"),
    Kind("event source mapping", "lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"),
    Kind("queue", "sqs", "list_queues", "QueueUrls"),
    Kind("topic", "sns", "list_topics", "Topics[].TopicArn"),
    Kind("subscription", "sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    Kind("rule", "events", "list_rules", "Rules[?!ManagedBy].Name"),
    Kind("event bus", "events", "list_event_buses", "EventBuses[?Name != 'default'].Name"),
    # API
    Kind("REST API", "apigateway", "get_rest_apis", "items[].id"),
    Kind("key", "apigateway", "get_api_keys", "items[].name"),
    Kind("usage plan", "apigateway", "get_usage_plans", "items[].name"),
    # API Gateway's log role is no resource but a setting of the account, which stays (docs/decisions.md).
    Kind("domain name", "apigateway", "get_domain_names", "items[].domainName"),
    Kind("web ACL", "wafv2", "list_web_acls", "WebACLs[].Name", (("Scope", "REGIONAL"),)),
    Kind("IP set", "wafv2", "list_ip_sets", "IPSets[].Name", (("Scope", "REGIONAL"),)),
    Kind("rule group", "wafv2", "list_rule_groups", "RuleGroups[].Name", (("Scope", "REGIONAL"),)),
    Kind(
        "logging configuration",
        "wafv2",
        "list_logging_configurations",
        "LoggingConfigurations[].ResourceArn",
        (("Scope", "REGIONAL"),),
    ),
    # observability and compliance
    Kind("log group", "logs", "describe_log_groups", "logGroups[].logGroupName"),
    Kind("metric filter", "logs", "describe_metric_filters", "metricFilters[].filterName"),
    Kind("query definition", "logs", "describe_query_definitions", "queryDefinitions[].name"),
    Kind("resource policy", "logs", "describe_resource_policies", "resourcePolicies[].policyName"),
    Kind("destination", "logs", "describe_destinations", "destinations[].destinationName"),
    Kind("alarm", "cloudwatch", "describe_alarms", "[MetricAlarms, CompositeAlarms][][].AlarmName"),
    Kind("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    Kind("delivery stream", "firehose", "list_delivery_streams", "DeliveryStreamNames"),
    Kind("recorder", "config", "describe_configuration_recorders", "ConfigurationRecorders[].name"),
    Kind("delivery channel", "config", "describe_delivery_channels", "DeliveryChannels[].name"),
    Kind("rule", "config", "describe_config_rules", "ConfigRules[].ConfigRuleName"),
    Kind("trail", "cloudtrail", "list_trails", "Trails[].TrailARN"),
)


def leftovers(endpoint_url: str, regions: Sequence[str]) -> list[str]:
    """Lists what is left in an account.

    Args:
        endpoint_url: address of the local AWS.
        regions: where to look; services without regions are looked at as well.

    Returns:
        One line each, sorted: `s3 bucket raw-dev-123456789012`, `us-east-1 ec2 VPC vpc-0123`. Keys that wait
        for their deletion, and what AWS makes in every account (default VPC, managed policies, AWS's keys),
        are not listed.
    """

    @functools.cache
    def client(service: str, region: str) -> Any:
        return session.client(service, endpoint_url=endpoint_url, region_name=region)  # type: ignore[call-overload]

    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106 - any will do
    found = []
    for kind in GLOBAL_KINDS:
        names = kind.names(client(kind.service, _GLOBAL_REGION))
        found += [f"{kind.service} {kind.name} {name}" for name in names]
    found += [f"iam {name}" for name in _password_policy(client("iam", _GLOBAL_REGION))]
    found += [f"budgets budget {name}" for name in _budgets(client)]
    for region in regions:
        for kind in REGIONAL_KINDS:
            names = kind.names(client(kind.service, region))
            found += [f"{region} {kind.service} {kind.name} {name}" for name in names]
        found += [f"{region} kms key {name}" for name in _keys(client("kms", region))]
    return sorted(found)


def _password_policy(iam: Any) -> list[str]:
    try:
        iam.get_account_password_policy()
    except iam.exceptions.NoSuchEntityException:
        return []
    return ["password policy"]


def _budgets(client: Callable[[str, str], Any]) -> list[str]:
    account = client("sts", _GLOBAL_REGION).get_caller_identity()["Account"]
    answer = client("budgets", _GLOBAL_REGION).describe_budgets(AccountId=account)
    return [budget["BudgetName"] for budget in answer.get("Budgets", [])]


def _keys(kms: Any) -> Iterator[str]:
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if described["KeyManager"] == "CUSTOMER" and described["KeyState"] != "PendingDeletion":
                yield key["KeyId"]
