"""What the calls take that make, change and remove resources, as AWS documents it."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.permissions.administration import accesses
from local.permissions.administration.definitions import UnknownActionError, action
from local.permissions.call import Call, UnknownCallError
from tests.support.local_functions import ACCOUNT, REGION, LocalAws
from tests.support.roles import KEY_OF_ANYONE, Role, allow, document

OURS = {"Key": "Environment", "Value": "dev"}
TAGGED = {"StringEquals": {"aws:ResourceTag/Environment": "dev"}}
TAGGING = {"StringEquals": {"aws:RequestTag/Environment": "dev"}}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def asked(
    service: str, operation: str, parameters: Mapping[str, Any], region: str = REGION
) -> list[tuple[str, str]]:
    """Actions and resources of a call."""
    call = Call(service, operation, parameters, region, ACCOUNT)
    return [(one.action, one.resource) for one in accesses(call)]


def keys(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The condition keys of a call's accesses."""
    return [dict(one.context) for one in accesses(Call(service, operation, parameters, REGION, ACCOUNT))]


def arn(service: str, resource: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("s3", "GetBucketEncryption", {"Bucket": "b"}, [("s3:GetEncryptionConfiguration", "arn:aws:s3:::b")]),
        (
            "s3",
            "DeletePublicAccessBlock",
            {"Bucket": "b"},
            [("s3:PutBucketPublicAccessBlock", "arn:aws:s3:::b")],
        ),
        ("s3", "GetBucketCors", {"Bucket": "b"}, [("s3:GetBucketCORS", "arn:aws:s3:::b")]),
        ("s3", "HeadBucket", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, [("ec2:DescribeVpcs", "*")]),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-1"}, [("ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"))]),
        (
            "ec2",
            "CreateNatGateway",
            {"SubnetId": "subnet-1", "AllocationId": "eipalloc-1"},
            [
                ("ec2:CreateNatGateway", arn("ec2", "natgateway/*")),
                ("ec2:CreateNatGateway", arn("ec2", "elastic-ip/eipalloc-1")),
                ("ec2:CreateNatGateway", arn("ec2", "subnet/subnet-1")),
            ],
        ),
        (
            "apigateway",
            "PutIntegration",
            {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET", "type": "MOCK"},
            [
                (
                    "apigateway:PUT",
                    f"arn:aws:apigateway:{REGION}::/restapis/a1/resources/r1/methods/GET/integration",
                )
            ],
        ),
        ("apigateway", "GetAccount", {}, [("apigateway:GET", f"arn:aws:apigateway:{REGION}::/account")]),
        (
            "wafv2",
            "AssociateWebACL",
            {
                "WebACLArn": arn("wafv2", "regional/webacl/w/1"),
                "ResourceArn": f"arn:aws:apigateway:{REGION}::/restapis/a1/stages/dev",
            },
            [
                ("wafv2:AssociateWebACL", arn("wafv2", "regional/webacl/w/1")),
                ("wafv2:AssociateWebACL", f"arn:aws:apigateway:{REGION}::/restapis/a1/stages/dev"),
                ("apigateway:SetWebACL", f"arn:aws:apigateway:{REGION}::/restapis/a1/stages/dev"),
            ],
        ),
        (
            "rds",
            "CreateDBCluster",
            {
                "DBClusterIdentifier": "c",
                "Engine": "aurora-postgresql",
                "DBSubnetGroupName": "s",
                "DBClusterParameterGroupName": "p",
            },
            [
                ("rds:CreateDBCluster", arn("rds", "cluster:c")),
                ("rds:CreateDBCluster", arn("rds", "cluster-pg:p")),
                ("rds:CreateDBCluster", arn("rds", "og:default:aurora-postgresql*")),
                ("rds:CreateDBCluster", arn("rds", "subgrp:s")),
            ],
        ),
        (
            "logs",
            "PutRetentionPolicy",
            {"logGroupName": "/aws/lambda/f", "retentionInDays": 1},
            [("logs:PutRetentionPolicy", arn("logs", "log-group:/aws/lambda/f:*"))],
        ),
        (
            "logs",
            "ListTagsForResource",
            {"resourceArn": arn("logs", "log-group:/aws/lambda/f")},
            [("logs:ListTagsForResource", arn("logs", "log-group:/aws/lambda/f"))],
        ),
        (
            "cloudwatch",
            "DeleteAlarms",
            {"AlarmNames": ["a", "b"]},
            [("cloudwatch:DeleteAlarms", arn("cloudwatch", f"alarm:{name}")) for name in "ab"],
        ),
        (
            "budgets",
            "DescribeBudget",
            {"AccountId": ACCOUNT, "BudgetName": "b"},
            [("budgets:ViewBudget", arn("budgets", "budget/b", region=""))],
        ),
        (
            "budgets",
            "UpdateBudget",
            {"AccountId": ACCOUNT, "NewBudget": {"BudgetName": "b"}},
            [("budgets:ModifyBudget", arn("budgets", "budget/b", region=""))],
        ),
        (
            "wafv2",
            "UpdateWebACL",
            {
                "Name": "w",
                "Scope": "REGIONAL",
                "Id": "1",
                "Rules": [{"Statement": {"ManagedRuleGroupStatement": {"Name": "AWSCommon"}}}],
            },
            [
                ("wafv2:UpdateWebACL", arn("wafv2", "regional/webacl/w/1")),
                ("wafv2:UpdateWebACL", arn("wafv2", "regional/managedruleset/AWSCommon/*")),
            ],
        ),
        ("events", "PutTargets", {"Rule": "r"}, [("events:PutTargets", arn("events", "rule/r"))]),
        (
            "sqs",
            "SetQueueAttributes",
            {"QueueUrl": f"http://127.0.0.1/{ACCOUNT}/q"},
            [("sqs:SetQueueAttributes", arn("sqs", "q"))],
        ),
        (
            "rds",
            "DescribeGlobalClusters",
            {},
            [("rds:DescribeGlobalClusters", arn("rds", "global-cluster:*", region=""))],
        ),
        (
            "lambda",
            "UpdateFunctionCode",
            {"FunctionName": arn("lambda", "function:f:live")},
            [("lambda:UpdateFunctionCode", arn("lambda", "function:f"))],
        ),
    ],
)
def test_an_operation_is_an_action_on_its_resources(
    service: str, operation: str, parameters: Mapping[str, Any], expected: Sequence[tuple[str, str]]
) -> None:
    assert asked(service, operation, parameters) == list(expected)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "DeleteVpc", {}),
        ("ec2", "DisassociateRouteTable", {"AssociationId": "rtbassoc-nobody-knows"}),
        ("events", "PutRule", {"Name": "r", "EventBusName": "own"}),
        ("config", "PutConfigRule", {}),
        ("sqs", "NoSuchOperation", {"QueueName": "q"}),
    ],
)
def test_what_a_call_does_not_say_is_not_guessed(
    service: str, operation: str, parameters: Mapping[str, Any]
) -> None:
    with pytest.raises(UnknownCallError):
        asked(service, operation, parameters)


def test_tags_at_the_making_take_a_permission_of_their_own() -> None:
    tags = [OURS]
    assert asked("ec2", "CreateVpc", {"TagSpecifications": [{"ResourceType": "vpc", "Tags": tags}]}) == [
        ("ec2:CreateVpc", arn("ec2", "vpc/*")),
        ("ec2:CreateTags", arn("ec2", "vpc/*")),
    ]
    assert asked("kms", "CreateKey", {"Tags": [{"TagKey": "Environment", "TagValue": "dev"}]}) == [
        ("kms:CreateKey", "*"),
        ("kms:TagResource", arn("kms", "key/*")),
    ]
    assert asked("iam", "CreateRole", {"RoleName": "r", "Tags": tags}) == [
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("iam:TagRole", f"arn:aws:iam::{ACCOUNT}:role/r"),
    ]
    assert asked("logs", "CreateLogGroup", {"logGroupName": "g", "tags": {"Environment": "dev"}}) == [
        ("logs:CreateLogGroup", arn("logs", "log-group:g:*")),
        ("logs:TagResource", arn("logs", "log-group:g")),
    ]
    assert asked("apigateway", "CreateRestApi", {"name": "a", "tags": {"Environment": "dev"}}) == [
        ("apigateway:POST", f"arn:aws:apigateway:{REGION}::/restapis"),
        ("apigateway:PUT", f"arn:aws:apigateway:{REGION}::/tags/*"),
    ]
    assert asked("sqs", "TagQueue", {"QueueUrl": "http://h/1/q", "Tags": {"Environment": "dev"}}) == [
        ("sqs:TagQueue", arn("sqs", "q"))
    ]


def test_tags_of_the_request_are_told_of_what_is_made() -> None:
    parameters = {"VpcId": "vpc-1", "TagSpecifications": [{"ResourceType": "subnet", "Tags": [OURS]}]}
    made, within, tagged = keys("ec2", "CreateSubnet", parameters)
    assert made["aws:RequestTag/Environment"] == tagged["aws:RequestTag/Environment"] == "dev"
    assert "aws:RequestTag/Environment" not in within
    assert tagged["ec2:CreateAction"] == "CreateSubnet"
    assert made["aws:TagKeys"] == ["Environment"]


def test_a_role_in_a_request_is_handed_over() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/r"

    def handed(service: str, operation: str, **parameters: Any) -> list[tuple[str, Any]]:
        call = Call(service, operation, parameters, REGION, ACCOUNT)
        return [
            (one.resource, one.context["iam:PassedToService"])
            for one in accesses(call)
            if one.action == "iam:PassRole"
        ]

    assert handed("lambda", "CreateFunction", FunctionName="f", Role=role) == [(role, "lambda.amazonaws.com")]
    deep = {"RoleARN": role, "S3BackupConfiguration": {"RoleARN": role}}
    assert handed(
        "firehose", "CreateDeliveryStream", DeliveryStreamName="s", ExtendedS3DestinationConfiguration=deep
    ) == [(role, "firehose.amazonaws.com")]
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    assert handed("apigateway", "UpdateAccount", patchOperations=patch) == [
        (role, "apigateway.amazonaws.com")
    ]
    assert handed("ec2", "CreateFlowLogs", ResourceIds=["vpc-1"], DeliverLogsPermissionArn=role) == [
        (role, "vpc-flow-logs.amazonaws.com")
    ]
    assert handed(
        "rds", "CreateDBInstance", DBInstanceIdentifier="i", Engine="e", MonitoringRoleArn=role
    ) == [(role, "monitoring.rds.amazonaws.com")]
    trust = json.dumps({"Principal": {"AWS": role}})
    assert handed("iam", "CreateRole", RoleName="other", AssumeRolePolicyDocument=trust) == []


def test_conditions_of_roles(aws: LocalAws) -> None:
    name = f"r-{uuid.uuid4().hex[:8]}"
    (made,) = keys("iam", "CreateRole", {"RoleName": name, "PermissionsBoundary": BOUNDARY})
    assert made["iam:PermissionsBoundary"] == BOUNDARY
    boundary = aws.client("iam").create_policy(PolicyName=f"b-{name}", PolicyDocument=document(allow("*")))
    aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument="{}", PermissionsBoundary=boundary["Policy"]["Arn"]
    )
    (attached,) = keys(
        "iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": "arn:aws:iam::aws:policy/p"}
    )
    assert attached["iam:PolicyARN"] == "arn:aws:iam::aws:policy/p"
    assert attached["iam:PermissionsBoundary"] == boundary["Policy"]["Arn"]
    aws.client("iam").delete_role(RoleName=name)
    (unbounded,) = keys(
        "iam", "DetachRolePolicy", {"RoleName": name, "PolicyArn": "arn:aws:iam::aws:policy/p"}
    )
    assert "iam:PermissionsBoundary" not in unbounded


def test_a_role_has_its_path(aws: LocalAws) -> None:
    name = f"r-{uuid.uuid4().hex[:8]}"
    aws.client("iam").create_role(RoleName=name, Path="/team/", AssumeRolePolicyDocument="{}")
    assert asked("iam", "GetRole", {"RoleName": name}) == [
        ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/team/{name}")
    ]


def test_networks_are_ours_by_tag(aws: LocalAws) -> None:
    role = Role(
        aws,
        [
            allow(["ec2:CreateVpc", "ec2:CreateTags"], arn("ec2", "vpc/*"), **TAGGING),
            allow(["ec2:DeleteVpc", "ec2:CreateSubnet"], arn("ec2", "vpc/*"), **TAGGED),
        ],
    )
    ec2 = role.client("ec2")
    assert code_of(lambda: ec2.create_vpc(CidrBlock="10.9.0.0/24")) == "UnauthorizedOperation"
    specification = [{"ResourceType": "vpc", "Tags": [OURS]}]
    ours = ec2.create_vpc(CidrBlock="10.9.0.0/24", TagSpecifications=specification)["Vpc"]["VpcId"]
    theirs = aws.client("ec2").create_vpc(CidrBlock="10.8.0.0/24")["Vpc"]["VpcId"]
    # Within our VPC, but the subnet itself is not allowed
    assert code_of(lambda: ec2.create_subnet(VpcId=ours, CidrBlock="10.9.0.0/25")) == "UnauthorizedOperation"
    assert code_of(lambda: ec2.delete_vpc(VpcId=theirs)) == "UnauthorizedOperation"
    ec2.delete_vpc(VpcId=ours)
    assert [entry["action"] for entry in role.entries("used")] == [
        "ec2:CreateVpc",
        "ec2:CreateTags",
        "ec2:DeleteVpc",
    ]


def test_an_association_leads_to_what_it_connects(aws: LocalAws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.0.0/25")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    connected = ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)["AssociationId"]
    assert asked("ec2", "DisassociateRouteTable", {"AssociationId": connected}) == [
        ("ec2:DisassociateRouteTable", arn("ec2", f"route-table/{table}")),
        ("ec2:DisassociateRouteTable", arn("ec2", f"subnet/{subnet}")),
    ]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (before,) = ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    (association,) = (
        one["NetworkAclAssociationId"] for one in before["Associations"] if one["SubnetId"] == subnet
    )
    assert asked(
        "ec2", "ReplaceNetworkAclAssociation", {"AssociationId": association, "NetworkAclId": acl}
    ) == [
        ("ec2:ReplaceNetworkAclAssociation", arn("ec2", f"network-acl/{acl}")),
        ("ec2:ReplaceNetworkAclAssociation", arn("ec2", f"subnet/{subnet}")),
    ]


def test_what_is_below_an_api_has_its_tags(aws: LocalAws) -> None:
    gateway = aws.client("apigateway")
    api = gateway.create_rest_api(name="a", tags={"Environment": "dev"})["id"]
    plan = gateway.create_usage_plan(name="p", tags={"Environment": "prod"})["id"]
    for operation, parameters, environment in (
        ("GetResources", {"restApiId": api}, "dev"),
        ("CreateDeployment", {"restApiId": api}, "dev"),
        ("GetUsagePlanKey", {"usagePlanId": plan, "keyId": "k"}, "prod"),
        ("TagResource", {"resourceArn": f"arn:aws:apigateway:{REGION}::/restapis/{api}"}, "dev"),
    ):
        (found,) = keys("apigateway", operation, parameters)
        assert found["aws:ResourceTag/Environment"] == environment, operation
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    made = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="s", deploymentId=made, tags={"Name": "own"})
    (stage,) = keys("apigateway", "GetStage", {"restApiId": api, "stageName": "s"})
    assert stage["aws:ResourceTag/Environment"] == "dev"
    assert stage["aws:ResourceTag/Name"] == "own"
    (account,) = keys("apigateway", "GetAccount", {})
    assert "aws:ResourceTag/Environment" not in account


def test_an_alias_leads_to_its_key(aws: LocalAws) -> None:
    tags = [{"TagKey": "Environment", "TagValue": "dev"}]
    kms = aws.client("kms")
    key = kms.create_key(Policy=document(KEY_OF_ANYONE), Tags=tags)["KeyMetadata"]["Arn"]
    name = f"alias/{uuid.uuid4().hex}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    role = Role(
        aws,
        [
            allow(["kms:DeleteAlias", "kms:DescribeKey"], arn("kms", "key/*"), **TAGGED),
            allow("kms:DeleteAlias", arn("kms", name)),
        ],
    )
    client = role.client("kms")
    assert client.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key
    assert client.describe_key(KeyId=key.rpartition("/")[2])["KeyMetadata"]["Arn"] == key
    client.delete_alias(AliasName=name)
    assert code_of(
        lambda: client.describe_key(KeyId=aws.client("kms").create_key()["KeyMetadata"]["Arn"])
    ) == ("AccessDeniedException")
    (found,) = keys("kms", "DescribeKey", {"KeyId": "alias/aws/dynamodb"})
    assert found["kms:RequestAlias"] == "alias/aws/dynamodb"


def test_a_trigger_is_its_functions(aws: LocalAws) -> None:
    function = aws.function("def handler(event, context): pass")
    _, queue = aws.queue()
    actions = ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping"]
    own = {"lambda:FunctionArn": arn("lambda", f"function:{function}")}
    role = Role(aws, [allow(actions, ArnLike=own)])
    client = role.client("lambda")
    made = client.create_event_source_mapping(FunctionName=function, EventSourceArn=queue)["UUID"]
    client.delete_event_source_mapping(UUID=made)
    other = aws.function("def handler(event, context): pass")
    refused = lambda: client.create_event_source_mapping(FunctionName=other, EventSourceArn=queue)  # noqa: E731
    assert code_of(refused) == "AccessDeniedException"


def test_rules_of_config_have_ids(aws: LocalAws) -> None:
    name = f"rule-{uuid.uuid4().hex[:8]}"
    assert asked("config", "DeleteConfigRule", {"ConfigRuleName": name}) == [
        ("config:DeleteConfigRule", arn("config", "config-rule/*"))
    ]
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    aws.client("config").put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source}, Tags=[OURS])
    (rule,) = aws.client("config").describe_config_rules(ConfigRuleNames=[name])["ConfigRules"]
    (found,) = accesses(Call("config", "DeleteConfigRule", {"ConfigRuleName": name}, REGION, ACCOUNT))
    assert found.resource == rule["ConfigRuleArn"]
    assert found.context["aws:ResourceTag/Environment"] == "dev"


def test_an_sdk_may_shorten_the_target_of_cloudtrail(aws: LocalAws) -> None:
    role = Role(aws, [allow("cloudtrail:DescribeTrails")])
    client = role.client("cloudtrail")

    def shorten(request: Any, **_: Any) -> None:
        request.headers.replace_header("X-Amz-Target", "CloudTrail_20131101.DescribeTrails")

    client.meta.events.register("before-sign.cloudtrail.DescribeTrails", shorten)
    assert client.describe_trails(trailNameList=["nobodys"])["trailList"] == []
    assert role.used() == {"cloudtrail:DescribeTrails"}


def test_the_list_of_actions() -> None:
    put = action("s3:putbucketcors")
    assert (put.name, put.access_level) == ("s3:PutBucketCORS", "Write")
    assert [kind.name for kind in put.resource_types] == ["bucket"]
    assert "aws:RequestTag/${TagKey}" in action("iam:CreateRole").condition_keys
    for name in ("s3:HeadBucket", "nothing:GetObject", "s3"):
        with pytest.raises(UnknownActionError):
            action(name)
