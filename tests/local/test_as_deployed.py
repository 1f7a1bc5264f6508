"""What was deployed, asked of the services themselves rather than of Terraform."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.conftest import Deployment

FOUR_TAGS = {"Environment", "CostCenter", "Compliance", "DataClassification"}


def _buckets(deployment: Deployment) -> list[str]:
    names = [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
    return [name for name in names if name.startswith("trading-")]


def _statements(document: str | dict[str, Any]) -> dict[str, dict[str, Any]]:
    policy = json.loads(document) if isinstance(document, str) else document
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def _pages(client: Any, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[member]


def _tags(pairs: list[dict[str, str]]) -> dict[str, str]:
    return {
        pair.get("Key", pair.get("TagKey", "")): pair.get("Value", pair.get("TagValue", "")) for pair in pairs
    }


@pytest.mark.requirement("S3-1")
def test_buckets_are_encrypted_versioned_private_and_logged(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    storage_key = deployment.outputs["key_arns"]["storage"]
    buckets = _buckets(deployment)
    assert len(buckets) == 6
    for bucket in buckets:
        is_access_log = "access-logs" in bucket
        rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        default = rule["ApplyServerSideEncryptionByDefault"]
        if is_access_log:
            assert default == {"SSEAlgorithm": "AES256"}
        else:
            assert default == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": storage_key}
            assert rule["BucketKeyEnabled"] is True
            assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetBucket"].startswith(
                "trading-access-logs-bucket-dev-"
            )
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert set(block.values()) == {True}
        ownership = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        policy = _statements(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        assert policy["DenyWithoutTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert policy["DenyWithoutTls"]["Effect"] == "Deny"
        assert set(_tags(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])) >= FOUR_TAGS


@pytest.mark.requirement("S3-2")
def test_every_bucket_archives_expires_and_cleans_up(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    for bucket in _buckets(deployment):
        rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
        (transition,) = rules["archive"]["Transitions"]
        own = {"trading-archive-bucket-dev": "DEEP_ARCHIVE", "trading-analytics-bucket-dev": "GLACIER_IR"}
        assert transition == {"Days": 90, "StorageClass": own.get(bucket.rpartition("-")[0], "GLACIER")}
        assert rules["archive"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
        assert rules["remnants"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert all("Filter" in rule and rule["Status"] == "Enabled" for rule in rules.values())


@pytest.mark.requirement("KMS-1")
def test_keys_rotate_and_no_policy_is_shared(deployment: Deployment) -> None:
    kms = deployment.client("kms")
    arns = deployment.outputs["key_arns"]
    policies = {}
    for purpose, arn in arns.items():
        assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True
        policies[purpose] = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
        assert set(_tags(kms.list_resource_tags(KeyId=arn)["Tags"])) >= FOUR_TAGS
    assert len(arns) == 7
    assert len(set(policies.values())) == 7
    logs = _statements(policies["logs"])["CloudWatchLogsUsesKey"]
    assert logs["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert set(logs["Action"]) == {
        "kms:Encrypt*",
        "kms:Decrypt*",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
    }
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:*"}
    }
    aliases = {alias["AliasName"] for alias in _pages(kms, "list_aliases", "Aliases")}
    assert {f"alias/trading-{purpose}-key-dev" for purpose in arns} <= aliases


@pytest.mark.requirement("OBS-1")
def test_every_log_group_is_encrypted_and_expires(deployment: Deployment) -> None:
    logs = deployment.client("logs")
    groups = list(_pages(logs, "describe_log_groups", "logGroups"))
    assert len(groups) >= 10
    for group in groups:
        assert group.get("retentionInDays") == 30, group["logGroupName"]
        assert group.get("kmsKeyId") == deployment.outputs["key_arns"]["logs"], group["logGroupName"]


@pytest.mark.requirement("OBS-2")
def test_log_groups_are_carried_to_the_archive(deployment: Deployment) -> None:
    logs = deployment.client("logs")
    (name,) = deployment.client("firehose").list_delivery_streams()["DeliveryStreamNames"]
    stream = deployment.client("firehose").describe_delivery_stream(DeliveryStreamName=name)
    destination = stream["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert destination["BucketARN"].endswith(deployment.outputs["log_archive_bucket"])
    without = []
    for group in _pages(logs, "describe_log_groups", "logGroups"):
        filters = logs.describe_subscription_filters(logGroupName=group["logGroupName"])[
            "subscriptionFilters"
        ]
        assert len(filters) <= 2  # CloudWatch's limit
        if not any(":firehose:" in each["destinationArn"] for each in filters):
            without.append(group["logGroupName"])
    # The delivery's own errors would go in a circle; the trail's files are in the archive already.
    assert all(re.search("firehose|log-archive|trail", name) for name in without), without
    assert len(without) == 2


@pytest.mark.requirement("API-2")
def test_each_key_has_its_own_throttle_below_the_stages(deployment: Deployment) -> None:
    gateway = deployment.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    (plan,) = gateway.get_usage_plans()["items"]
    stage = gateway.get_stage(restApiId=api["id"], stageName="dev")
    assert plan["throttle"] == {"rateLimit": 1000.0, "burstLimit": 1000}
    assert plan["apiStages"] == [{"apiId": api["id"], "stage": "dev"}]
    settings = stage["methodSettings"]["*/*"]
    assert settings["throttlingRateLimit"] == 2000.0
    assert (settings["dataTraceEnabled"], settings["loggingLevel"]) == (False, "ERROR")
    keys = gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert [key["id"] for key in keys] == list(deployment.outputs["api_key_ids"].values())


@pytest.mark.requirement("API-5")
def test_the_firewall_is_in_front_of_the_stage(deployment: Deployment) -> None:
    waf = deployment.client("wafv2")
    (api,) = deployment.client("apigateway").get_rest_apis()["items"]
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}/stages/dev"
    acl = waf.get_web_acl_for_resource(ResourceArn=arn)["WebACL"]
    assert acl["Name"] == "trading-web-acl-dev"
    logging = waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    assert ":log-group:aws-waf-logs-" in logging["LogDestinationConfigs"][0]


@pytest.mark.requirement("DB-1")
@pytest.mark.requirement("DB-2")
@pytest.mark.requirement("DB-3")
def test_the_database_is_encrypted_and_hides_its_password(deployment: Deployment) -> None:
    rds = deployment.client("rds")
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    keys = deployment.outputs["key_arns"]
    assert cluster["Engine"] == "aurora-postgresql"
    assert (cluster["StorageEncrypted"], cluster["KmsKeyId"]) == (True, keys["database"])
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True
    assert cluster["CopyTagsToSnapshot"] is True
    assert cluster["BackupRetentionPeriod"] == 7
    assert "postgresql" in cluster["EnabledCloudwatchLogsExports"]
    secret = deployment.client("secretsmanager").describe_secret(
        SecretId=cluster["MasterUserSecret"]["SecretArn"]
    )
    assert secret["RotationRules"]["AutomaticallyAfterDays"] == 30
    parameters = _pages(
        rds,
        "describe_db_cluster_parameters",
        "Parameters",
        DBClusterParameterGroupName=cluster["DBClusterParameterGroup"],
        Source="user",
    )
    assert {each["ParameterName"]: each["ParameterValue"] for each in parameters}["rds.force_ssl"] == "1"


@pytest.mark.requirement("DB-2")
def test_the_state_and_a_plan_hold_no_secret_but_the_api_keys(deployment: Deployment) -> None:
    """API Gateway makes the keys' values; see docs/decisions.md."""
    pulled = json.loads(deployment.stack.terraform("state", "pull").stdout)
    secret = re.compile(r"password|secret|token|private_key|credential|^value$", re.IGNORECASE)
    named = re.compile(r"_arn$|^manage_|_version|_last_|_?id$|^lock_token$|master_user_secret")
    found = {
        (resource["type"], name)
        for resource in pulled["resources"]
        for instance in resource["instances"]
        for name, value in instance["attributes"].items()
        if secret.search(name) and not named.search(name) and value not in (None, "", [], {}, False)
    }
    # Rules about passwords are none.
    found = {(type_, name) for type_, name in found if type_ != "aws_iam_account_password_policy"}
    assert found == {("aws_api_gateway_api_key", "value"), ("aws_api_gateway_usage_plan_key", "value")}
    secrets = deployment.client("secretsmanager")
    assert deployment.stack.terraform("plan", "-input=false", "-out=secrets.plan").returncode == 0
    plan = deployment.stack.terraform("show", "-json", "secrets.plan").stdout
    assert '"planned_values"' in plan
    passwords = [
        json.loads(secrets.get_secret_value(SecretId=listed["ARN"])["SecretString"])["password"]
        for listed in secrets.list_secrets()["SecretList"]
    ]
    assert len(passwords) == 1  # the database's master user
    assert not any(password in text for password in passwords for text in (json.dumps(pulled), plan))


@pytest.mark.requirement("DDB-1")
def test_tables_are_encrypted_restorable_and_expire_sessions(deployment: Deployment) -> None:
    dynamodb = deployment.client("dynamodb")
    for output in ("sessions_table", "api_keys_table"):
        name = deployment.outputs[output]
        table = dynamodb.describe_table(TableName=name)["Table"]
        assert table["SSEDescription"]["KMSMasterKeyArn"] == deployment.outputs["key_arns"]["dynamodb"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = dynamodb.describe_time_to_live(TableName=deployment.outputs["sessions_table"])
    assert expiry["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


@pytest.mark.requirement("IAM-2")
def test_every_role_is_denied_other_regions(deployment: Deployment) -> None:
    iam = deployment.client("iam")
    roles = [role for role in _pages(iam, "list_roles", "Roles") if role["RoleName"].startswith("trading-")]
    assert len(roles) >= 8
    boundaries = {
        iam.get_role(RoleName=role["RoleName"])["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
        for role in roles
    }
    (boundary,) = boundaries
    version = iam.get_policy(PolicyArn=boundary)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=boundary, VersionId=version)["PolicyVersion"]["Document"]
    deny = _statements(document)["DenyOtherRegions"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert {"iam:*", "sts:*", "cloudfront:*", "route53:*", "support:*"} <= set(deny["NotAction"])


@pytest.mark.requirement("IAM-1")
def test_no_role_has_an_inline_policy(deployment: Deployment) -> None:
    iam = deployment.client("iam")
    for role in _pages(iam, "list_roles", "Roles"):
        if role["RoleName"].startswith("trading-"):
            assert iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"] == []
            assert iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]


@pytest.mark.requirement("FN-1")
def test_functions_run_on_arm64_encrypted_traced_and_in_the_vpc(deployment: Deployment) -> None:
    functions = deployment.client("lambda").list_functions()["Functions"]
    assert {function["FunctionName"] for function in functions} == {
        "trading-api-function-dev",
        "trading-critical-events-function-dev",
        "trading-market-data-function-dev",
        "trading-migrations-function-dev",
    }
    for function in functions:
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == "python3.13"
        assert function["KMSKeyArn"] == deployment.outputs["key_arns"]["functions"]
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert set(function["VpcConfig"]["SubnetIds"]) == set(deployment.outputs["private_subnet_ids"])
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert function["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")


@pytest.mark.requirement("NET-1")
@pytest.mark.requirement("NET-2")
def test_subnets_stand_in_three_zones_and_hand_out_no_addresses(deployment: Deployment) -> None:
    ec2 = deployment.client("ec2")
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [deployment.outputs["vpc_id"]]}])[
        "Subnets"
    ]
    assert len(subnets) == 9
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)
    for tier in ("public", "private", "database"):
        ids = deployment.outputs[f"{tier}_subnet_ids"]
        zones = {subnet["AvailabilityZone"] for subnet in subnets if subnet["SubnetId"] in ids}
        assert len(zones) == 3
    database = deployment.outputs["database_subnet_ids"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": database}])
    routes = [route for table in tables["RouteTables"] for route in table["Routes"]]
    assert {route.get("GatewayId") for route in routes} == {"local"}


@pytest.mark.requirement("CFG-1")
@pytest.mark.requirement("CFG-2")
def test_config_records_and_watches_the_rules(deployment: Deployment) -> None:
    config = deployment.client("config")
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"] is True
    rules = list(_pages(config, "describe_config_rules", "ConfigRules"))
    assert len(rules) >= 40
    assert all(rule["Source"]["Owner"] == "AWS" for rule in rules)


@pytest.mark.requirement("TRAIL-1")
def test_the_trail_is_complete_validated_and_encrypted(deployment: Deployment) -> None:
    (trail,) = deployment.client("cloudtrail").describe_trails()["trailList"]
    assert trail["IsMultiRegionTrail"] is True
    assert trail["LogFileValidationEnabled"] is True
    assert trail["KmsKeyId"] == deployment.outputs["key_arns"]["storage"]
    assert trail["S3BucketName"] == deployment.outputs["log_archive_bucket"]


@pytest.mark.requirement("GEN-4")
def test_every_resource_that_lists_its_tags_carries_the_four(deployment: Deployment) -> None:
    tagging = deployment.client("resourcegroupstaggingapi")
    resources = [
        resource
        for resource in _pages(tagging, "get_resources", "ResourceTagMappingList")
        # RDS makes and tags this one, for the cluster, and lets nobody change it.
        if ":secret:rds!" not in resource["ResourceARN"]
    ]
    assert len(resources) >= 50
    wrong = {
        resource["ResourceARN"]: sorted(FOUR_TAGS - set(_tags(resource["Tags"])))
        for resource in resources
        if not set(_tags(resource["Tags"])) >= FOUR_TAGS
    }
    assert wrong == {}
