"""Every kind of resource is noticed when it is left, and an account where nobody made anything is empty.

The resources are all made in one account, looked at once; helpers that others build on make theirs once.
"""

import functools
import io
import json
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from local.control_plane import ControlPlane
from local.inventory import GLOBAL_KINDS, REGIONAL_KINDS, leftovers

REGION = "us-east-1"
ACCOUNT = "123456789012"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
ACL_VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "x"}

Client = Callable[[str], Any]
Create = Callable[[Client], object]


@functools.cache
def _function(client: Client) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", "")
    role = client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    created = client("lambda").create_function(
        FunctionName="processor-dev",
        Role=role,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": package.getvalue()},
    )
    return str(created["FunctionArn"])


def _layer(client: Client) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("python/x.py", "")
    client("lambda").publish_layer_version(LayerName="data-dev", Content={"ZipFile": package.getvalue()})


def _event_source_mapping(client: Client) -> None:
    client("sqs").create_queue(QueueName="raw-dev")
    client("lambda").create_event_source_mapping(
        FunctionName=_function(client), EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:raw-dev"
    )


@functools.cache
def _vpc(client: Client) -> str:
    return str(client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@functools.cache
def _subnet(client: Client) -> str:
    created = client("ec2").create_subnet(VpcId=_vpc(client), CidrBlock="10.0.0.0/24")
    return str(created["Subnet"]["SubnetId"])


def _nat_gateway(client: Client) -> None:
    address = client("ec2").allocate_address(Domain="vpc")["AllocationId"]
    client("ec2").create_nat_gateway(SubnetId=_subnet(client), AllocationId=address)


def _flow_log(client: Client) -> None:
    client("logs").create_log_group(logGroupName="flow-dev")
    role = client("iam").create_role(RoleName="flow", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    client("ec2").create_flow_logs(
        ResourceIds=[_vpc(client)],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="flow-dev",
        DeliverLogsPermissionArn=role,
    )


@functools.cache
def _cluster(client: Client) -> str:
    created = client("rds").create_db_cluster(
        DBClusterIdentifier="trading-dev",
        Engine="aurora-postgresql",
        MasterUsername="trading",
        ManageMasterUserPassword=True,
    )
    return str(created["DBCluster"]["DBClusterIdentifier"])


def _cluster_instance(client: Client) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier="trading-dev-0",
        DBClusterIdentifier=_cluster(client),
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
    )


def _instance_snapshot(client: Client) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier="single-dev",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="x",
        MasterUserPassword="12345678",
    )
    client("rds").create_db_snapshot(DBSnapshotIdentifier="kept-dev", DBInstanceIdentifier="single-dev")


def _table(client: Client) -> None:
    client("dynamodb").create_table(
        TableName="sessions-dev",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def _subscription(client: Client) -> None:
    topic = client("sns").create_topic(Name="alerts-dev")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")


@functools.cache
def _web_acl(client: Client) -> str:
    created = client("wafv2").create_web_acl(
        Name="api-dev", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=ACL_VISIBILITY
    )
    return str(created["Summary"]["ARN"])


def _web_acl_logging(client: Client) -> None:
    configuration = {
        "ResourceArn": _web_acl(client),
        "LogDestinationConfigs": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-dev"],
    }
    client("wafv2").put_logging_configuration(LoggingConfiguration=configuration)


def _metric_filter(client: Client) -> None:
    client("logs").create_log_group(logGroupName="/trading/filtered")
    transformation = {"metricName": "Errors", "metricNamespace": "Trading", "metricValue": "1"}
    client("logs").put_metric_filter(
        logGroupName="/trading/filtered",
        filterName="errors-dev",
        filterPattern="ERROR",
        metricTransformations=[transformation],
    )


def _metric_alarm(client: Client) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors-dev",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def _delivery_stream(client: Client) -> None:
    client("firehose").create_delivery_stream(
        DeliveryStreamName="logs-dev",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/x",
            "BucketARN": "arn:aws:s3:::x",
        },
    )


@functools.cache
def _recorder(client: Client) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/config"
    client("config").put_configuration_recorder(
        ConfigurationRecorder={
            "name": "recorder-dev",
            "roleARN": role,
            "recordingGroup": {"allSupported": True},
        }
    )


def _delivery_channel(client: Client) -> None:
    _recorder(client)
    client("s3").create_bucket(Bucket="config-dev")
    client("config").put_delivery_channel(
        DeliveryChannel={"name": "channel-dev", "s3BucketName": "config-dev"}
    )


def _config_rule(client: Client) -> None:
    client("config").put_config_rule(
        ConfigRule={
            "ConfigRuleName": "tags-dev",
            "Source": {"Owner": "AWS", "SourceIdentifier": "REQUIRED_TAGS"},
            "InputParameters": json.dumps({"tag1Key": "Environment"}),
        }
    )


def _trail(client: Client) -> None:
    client("s3").create_bucket(Bucket="trail-dev")
    client("cloudtrail").create_trail(Name="trail-dev", S3BucketName="trail-dev")


KINDS: dict[str, Create] = {
    "s3 bucket raw-dev": lambda client: client("s3").create_bucket(Bucket="raw-dev"),
    "iam role processor-dev": lambda client: client("iam").create_role(
        RoleName="processor-dev", AssumeRolePolicyDocument=TRUST
    ),
    f"iam policy arn:aws:iam::{ACCOUNT}:policy/processor-dev": lambda client: client("iam").create_policy(
        PolicyName="processor-dev", PolicyDocument=POLICY
    ),
    "iam user robot-dev": lambda client: client("iam").create_user(UserName="robot-dev"),
    "iam group robots-dev": lambda client: client("iam").create_group(GroupName="robots-dev"),
    "iam instance profile host-dev": lambda client: client("iam").create_instance_profile(
        InstanceProfileName="host-dev"
    ),
    f"iam identity provider arn:aws:iam::{ACCOUNT}:oidc-provider/example.com": lambda client: client(
        "iam"
    ).create_open_id_connect_provider(Url="https://example.com", ThumbprintList=["a" * 40]),
    "iam password policy": lambda client: client("iam").update_account_password_policy(),
    "budgets budget monthly-dev": lambda client: client("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": "monthly-dev",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        },
    ),
    f"{REGION} ec2 VPC vpc-": _vpc,
    f"{REGION} ec2 subnet subnet-": _subnet,
    f"{REGION} ec2 internet gateway igw-": lambda client: client("ec2").create_internet_gateway(),
    f"{REGION} ec2 address eipalloc-": lambda client: client("ec2").allocate_address(Domain="vpc"),
    f"{REGION} ec2 NAT gateway nat-": _nat_gateway,
    f"{REGION} ec2 route table rtb-": lambda client: client("ec2").create_route_table(VpcId=_vpc(client)),
    f"{REGION} ec2 network ACL acl-": lambda client: client("ec2").create_network_acl(VpcId=_vpc(client)),
    f"{REGION} ec2 security group sg-": lambda client: client("ec2").create_security_group(
        GroupName="functions-dev", Description="x", VpcId=_vpc(client)
    ),
    f"{REGION} ec2 VPC endpoint vpce-": lambda client: client("ec2").create_vpc_endpoint(
        VpcId=_vpc(client), ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway"
    ),
    f"{REGION} ec2 prefix list pl-": lambda client: client("ec2").create_managed_prefix_list(
        PrefixListName="office-dev", MaxEntries=1, AddressFamily="IPv4"
    ),
    f"{REGION} ec2 network interface eni-": lambda client: client("ec2").create_network_interface(
        SubnetId=_subnet(client)
    ),
    f"{REGION} ec2 flow log fl-": _flow_log,
    f"{REGION} kms key ": lambda client: client("kms").create_key(),
    f"{REGION} kms alias alias/s3-dev": lambda client: client("kms").create_alias(
        AliasName="alias/s3-dev", TargetKeyId=client("kms").create_key()["KeyMetadata"]["KeyId"]
    ),
    f"{REGION} secretsmanager secret api-dev": lambda client: client("secretsmanager").create_secret(
        Name="api-dev", SecretString="x"
    ),
    f"{REGION} ssm parameter /trading/dev": lambda client: client("ssm").put_parameter(
        Name="/trading/dev", Type="String", Value="x"
    ),
    f"{REGION} rds cluster trading-dev": _cluster,
    f"{REGION} rds instance trading-dev-0": _cluster_instance,
    f"{REGION} rds cluster snapshot rds:trading-dev-": _cluster,
    f"{REGION} rds snapshot kept-dev": _instance_snapshot,
    f"{REGION} rds subnet group trading-dev": lambda client: client("rds").create_db_subnet_group(
        DBSubnetGroupName="trading-dev", DBSubnetGroupDescription="x", SubnetIds=[_subnet(client)]
    ),
    f"{REGION} rds cluster parameter group trading-dev": lambda client: client(
        "rds"
    ).create_db_cluster_parameter_group(
        DBClusterParameterGroupName="trading-dev",
        DBParameterGroupFamily="aurora-postgresql17",
        Description="x",
    ),
    f"{REGION} rds parameter group trading-dev": lambda client: client("rds").create_db_parameter_group(
        DBParameterGroupName="trading-dev", DBParameterGroupFamily="aurora-postgresql17", Description="x"
    ),
    f"{REGION} rds event subscription trading-dev": lambda client: client("rds").create_event_subscription(
        SubscriptionName="trading-dev", SnsTopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts-dev"
    ),
    f"{REGION} dynamodb table sessions-dev": _table,
    f"{REGION} lambda function processor-dev": _function,
    f"{REGION} lambda layer data-dev": _layer,
    f"{REGION} lambda event source mapping ": _event_source_mapping,
    f"{REGION} sqs queue http://127.0.0.1:": lambda client: client("sqs").create_queue(QueueName="raw-dev"),
    f"{REGION} sns topic arn:aws:sns:{REGION}:{ACCOUNT}:alerts-dev": lambda client: client(
        "sns"
    ).create_topic(Name="alerts-dev"),
    f"{REGION} sns subscription arn:aws:sns:{REGION}:{ACCOUNT}:alerts-dev:": _subscription,
    f"{REGION} events rule compliance-dev": lambda client: client("events").put_rule(
        Name="compliance-dev", EventPattern=json.dumps({"source": ["aws.config"]})
    ),
    f"{REGION} events event bus trading-dev": lambda client: client("events").create_event_bus(
        Name="trading-dev"
    ),
    f"{REGION} apigateway REST API ": lambda client: client("apigateway").create_rest_api(name="trading-dev"),
    f"{REGION} apigateway key client-dev": lambda client: client("apigateway").create_api_key(
        name="client-dev"
    ),
    f"{REGION} apigateway usage plan standard-dev": lambda client: client("apigateway").create_usage_plan(
        name="standard-dev"
    ),
    f"{REGION} apigateway domain name api.example.com": lambda client: client(
        "apigateway"
    ).create_domain_name(domainName="api.example.com", certificateName="x"),
    f"{REGION} wafv2 web ACL api-dev": _web_acl,
    f"{REGION} wafv2 IP set office-dev": lambda client: client("wafv2").create_ip_set(
        Name="office-dev", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[]
    ),
    f"{REGION} wafv2 rule group own-dev": lambda client: client("wafv2").create_rule_group(
        Name="own-dev", Scope="REGIONAL", Capacity=1, VisibilityConfig=ACL_VISIBILITY
    ),
    f"{REGION} wafv2 logging configuration arn:aws:wafv2:": _web_acl_logging,
    f"{REGION} logs log group /trading/dev": lambda client: client("logs").create_log_group(
        logGroupName="/trading/dev"
    ),
    f"{REGION} logs metric filter errors-dev": _metric_filter,
    f"{REGION} logs query definition errors-dev": lambda client: client("logs").put_query_definition(
        name="errors-dev", queryString="fields @message"
    ),
    f"{REGION} logs resource policy waf-dev": lambda client: client("logs").put_resource_policy(
        policyName="waf-dev", policyDocument=POLICY
    ),
    f"{REGION} logs destination archive-dev": lambda client: client("logs").put_destination(
        destinationName="archive-dev",
        targetArn=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/x",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/x",
    ),
    f"{REGION} cloudwatch alarm errors-dev": _metric_alarm,
    f"{REGION} cloudwatch alarm platform-dev": lambda client: client("cloudwatch").put_composite_alarm(
        AlarmName="platform-dev", AlarmRule="ALARM(errors-dev)"
    ),
    f"{REGION} cloudwatch dashboard trading-dev": lambda client: client("cloudwatch").put_dashboard(
        DashboardName="trading-dev", DashboardBody=json.dumps({"widgets": []})
    ),
    f"{REGION} firehose delivery stream logs-dev": _delivery_stream,
    f"{REGION} config recorder recorder-dev": _recorder,
    f"{REGION} config delivery channel channel-dev": _delivery_channel,
    f"{REGION} config rule tags-dev": _config_rule,
    f"{REGION} cloudtrail trail arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/trail-dev": _trail,
}
"""What a line says, or how it begins where AWS makes up an id, and how such a resource is made."""


@pytest.fixture(scope="module")
def aws() -> Iterator[ControlPlane]:
    with ControlPlane() as control_plane:
        yield control_plane
        _empty(control_plane)


@pytest.fixture(scope="module")
def client(aws: ControlPlane) -> Client:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)

    @functools.cache
    def create(service: str) -> Any:
        return session.client(service, endpoint_url=aws.endpoint_url)  # type: ignore[call-overload]

    return create


@pytest.fixture(scope="module")
def found(aws: ControlPlane, client: Client) -> list[str]:
    _empty(aws)
    for create in KINDS.values():
        create(client)
    return leftovers(aws.endpoint_url, [REGION])


def _empty(control_plane: ControlPlane) -> None:
    reset = urllib.request.Request(f"{control_plane.endpoint_url}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset).close()


@pytest.mark.requirement("GEN-5")
@pytest.mark.parametrize("line", KINDS)
def test_what_is_left_is_noticed(found: list[str], line: str) -> None:
    assert any(one.startswith(line) for one in found)


def test_every_kind_that_is_looked_for_has_been_tried() -> None:
    wanted = {f"{kind.service} {kind.name} " for kind in GLOBAL_KINDS}
    wanted |= {f"{REGION} {kind.service} {kind.name} " for kind in REGIONAL_KINDS}

    assert {one for one in wanted if not any(line.startswith(one) for line in KINDS)} == set()


def test_lines_are_sorted_and_said_once(found: list[str]) -> None:
    assert found == sorted(set(found))


@pytest.mark.requirement("GEN-5")
def test_an_account_where_nothing_was_made_is_empty(aws: ControlPlane, client: Client) -> None:
    _empty(aws)
    # what AWS makes by itself appears with the first use
    client("ec2").describe_vpcs()
    client("kms").describe_key(KeyId="alias/aws/s3")

    assert leftovers(aws.endpoint_url, [REGION]) == []


def test_what_was_deleted_is_not_left(aws: ControlPlane, client: Client) -> None:
    _empty(aws)
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway"
    )["VpcEndpoint"]
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)

    assert leftovers(aws.endpoint_url, [REGION]) == []


def test_only_the_regions_asked_for_are_looked_at(aws: ControlPlane, client: Client) -> None:
    _empty(aws)
    client("sns").create_topic(Name="alerts-dev")

    assert leftovers(aws.endpoint_url, ["ca-central-1"]) == []
