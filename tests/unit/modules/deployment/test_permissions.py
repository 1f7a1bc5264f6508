"""The roles that plan and deploy may do what they need, and nothing that leads beyond their environments."""

from collections.abc import Iterator

import pytest

from local.permissions.administration import definitions
from modules.deployment.permissions import ON_BEHALF, OPTION, UPDATE
from modules.policy import Statement
from tests.support.deployment_policies import ACCOUNT, BUCKET, KEY, Decider, document, statements

CHARACTERS = 6144
"""Of a customer-managed policy, white space not counted."""

POLICIES = 10
"""Of a role. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

ROLES = ("deploy", "plan")
FAMILIES = ("dev", "pr")
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/trading-region-boundary-policy-dev"


def _allowed(role: str, family: str = "dev") -> Iterator[Statement]:
    for policy in statements(role, family).values():
        yield from (statement for statement in policy if statement.effect == "Allow")


def _role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _policy(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("workloads", [("trading",), ("trading", "transactions")])
def test_policies_fit_into_a_role(role: str, family: str, workloads: tuple[str, ...]) -> None:
    policies = statements(role, family, workloads)
    assert len(policies) <= POLICIES
    sizes = {name: len(document(policy)) for name, policy in policies.items()}
    assert {name: size for name, size in sizes.items() if size > CHARACTERS} == {}


@pytest.mark.parametrize("role", ROLES)
def test_ids_of_statements_are_words_and_unique(role: str) -> None:
    for policy in statements(role).values():
        ids = [statement.sid for statement in policy]
        assert all(id_.isalnum() for id_ in ids)
        assert len(ids) == len(set(ids))


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("family", FAMILIES)
def test_actions_are_exact(role: str, family: str) -> None:
    for statement in _allowed(role, family):
        assert statement.actions
        assert not statement.not_actions
        assert not [action for action in statement.actions if "*" in action or "?" in action]


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("role", ROLES)
def test_only_what_has_no_resource_level_is_allowed_on_everything(role: str) -> None:
    for statement in _allowed(role):
        if "*" in statement.resources:
            levels = {
                action: definitions.action(action).resource_types
                for action in statement.actions
                if definitions.action(action).resource_types
            }
            assert not levels, statement.sid


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("family", FAMILIES)
def test_what_has_ids_for_names_is_ours_by_a_condition(role: str, family: str) -> None:
    """Whoever has no name of ours in its ARN has a condition, or is the account's one of its kind."""
    not_ours = {
        # One of the account, or AWS's own
        "ChangeAccount",
        "ReadAccount",
        "ReadGlobalDatabases",
        "UseDefaultGroups",
        "UseRulesOfAws",
        # RDS alone gives such names
        "OnBehalfMasterSecrets",
        # Only together with an address, which has to be ours
        "FreeAddresses",
    }
    suffix = f"{family}-*" if family == "pr" else family
    unbounded = {
        statement.sid
        for statement in _allowed(role, family)
        if not statement.conditions
        and "*" not in statement.resources
        and not all(
            suffix in arn or arn in (BUCKET, KEY) or "managedruleset" in arn for arn in statement.resources
        )
    }
    assert unbounded <= not_ours


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("family", FAMILIES)
def test_whoever_plans_only_reads_and_reads_no_data(family: str) -> None:
    plan = {action for one in _allowed("plan", family) for action in one.actions}
    changing = {one for one in plan if definitions.action(one).access_level not in ("List", "Read")}
    assert changing == {"kms:Decrypt"}
    (decrypt,) = (one for one in _allowed("plan", family) if "kms:Decrypt" in one.actions)
    assert list(decrypt.resources) == [KEY]
    data = {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
    }
    assert not data & plan
    objects = [one for one in _allowed("plan", family) if "s3:GetObject" in one.actions]
    assert [resource for one in objects for resource in one.resources] == [
        f"{BUCKET}/{'pr-*' if family == 'pr' else family}/*"
    ]


@pytest.mark.requirement("IAM-1")
def test_whoever_deploys_reads_no_data() -> None:
    deploy = Decider("deploy")
    assert not deploy.may("s3:GetObject", f"arn:aws:s3:::trading-raw-bucket-dev-{ACCOUNT}/trades")
    assert not deploy.may("dynamodb:GetItem", _arn("dynamodb", "table/trading-sessions-table-dev"))
    secret = _arn("secretsmanager", "secret:rds!cluster-1")
    tag = {"aws:ResourceTag/aws:rds:primaryDBClusterArn": _arn("rds", "cluster:trading-db-dev")}
    assert deploy.may("secretsmanager:RotateSecret", secret, tag)
    assert not deploy.may("secretsmanager:GetSecretValue", secret, tag)
    assert not deploy.may("lambda:InvokeFunction", _arn("lambda", "function:trading-api-function-dev"))
    assert deploy.may("lambda:InvokeFunction", _arn("lambda", "function:trading-migrations-function-dev"))


@pytest.mark.requirement("IAM-1")
@pytest.mark.requirement("IAM-2")
def test_roles_are_made_within_the_boundary_only() -> None:
    deploy = Decider("deploy")

    def make(boundary: str, name: str = "trading-api-role-dev") -> bool:
        return deploy.may("iam:CreateRole", _role(name), {"iam:PermissionsBoundary": boundary})

    assert make(BOUNDARY)
    assert not deploy.may("iam:CreateRole", _role("trading-api-role-dev"))
    assert not make(_policy("trading-api-policy-dev"))
    assert not make(_policy("trading-region-boundary-policy-prod"))
    assert not make("arn:aws:iam::aws:policy/AdministratorAccess")
    assert not make(BOUNDARY, "trading-api-role-prod")
    assert not make(BOUNDARY, "anything")


@pytest.mark.requirement("IAM-1")
def test_roles_get_our_policies_and_those_that_aws_has_for_its_services() -> None:
    deploy = Decider("deploy")

    def attach(arn: str, boundary: str = BOUNDARY) -> bool:
        keys = {"iam:PolicyARN": arn, "iam:PermissionsBoundary": boundary}
        return deploy.may("iam:AttachRolePolicy", _role("trading-api-role-dev"), keys)

    assert attach(_policy("trading-api-policy-dev"))
    assert attach("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole")
    assert not attach("arn:aws:iam::aws:policy/AdministratorAccess")
    assert not attach(_policy("trading-api-policy-prod"))
    assert not attach(_policy("trading-api-policy-dev"), boundary=_policy("other"))


@pytest.mark.requirement("IAM-1")
def test_a_boundary_is_made_and_removed_but_never_changed() -> None:
    deploy = Decider("deploy")
    assert deploy.may("iam:CreatePolicy", BOUNDARY)
    assert deploy.may("iam:DeletePolicy", BOUNDARY)
    other = _policy("trading-api-policy-dev")
    for action in ("iam:CreatePolicyVersion", "iam:DeletePolicyVersion"):
        assert deploy.may(action, other)
        assert not deploy.may(action, BOUNDARY)
    assert not deploy.may("iam:SetDefaultPolicyVersion", BOUNDARY)
    bounded = {"iam:PermissionsBoundary": BOUNDARY}
    assert not deploy.may("iam:DeleteRolePermissionsBoundary", _role("trading-api-role-dev"), bounded)


@pytest.mark.requirement("IAM-1")
def test_roles_are_handed_to_the_services_that_we_use() -> None:
    deploy = Decider("deploy")

    def hand(name: str, service: str) -> bool:
        return deploy.may("iam:PassRole", _role(name), {"iam:PassedToService": service})

    assert hand("trading-api-role-dev", "lambda.amazonaws.com")
    assert not hand("trading-api-role-dev", "ec2.amazonaws.com")
    assert not hand("trading-api-role-prod", "lambda.amazonaws.com")
    assert not hand("bootstrap-deploy-role-dev", "lambda.amazonaws.com")


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("workloads", [("trading",), ("bootstrap",)])  # whatever a workload is called
def test_what_deploys_is_beyond_its_own_reach(workloads: tuple[str, ...]) -> None:
    deploy = Decider("deploy", workloads=workloads)
    boundary = {"iam:PermissionsBoundary": _policy(f"{workloads[0]}-region-boundary-policy-dev")}
    for action in (
        "UpdateAssumeRolePolicy",
        "DeleteRole",
        "TagRole",
        "PutRolePermissionsBoundary",
        "GetRole",
    ):
        assert not deploy.may(f"iam:{action}", _role("bootstrap-deploy-role-dev"), boundary)
    for action in ("CreatePolicyVersion", "DeletePolicy", "CreatePolicy"):
        assert not deploy.may(f"iam:{action}", _policy("bootstrap-deploy-data-policy-dev"))
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    assert not deploy.may("iam:UpdateOpenIDConnectProviderThumbprint", provider)
    assert not deploy.may("kms:ScheduleKeyDeletion", KEY, {"aws:ResourceTag/Environment": "dev"})
    assert not deploy.may("kms:PutKeyPolicy", KEY, {"aws:ResourceTag/Environment": "dev"})
    assert not deploy.may("s3:DeleteBucket", BUCKET)


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize(
    "action",
    [
        "iam:AddUserToGroup",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreateOpenIDConnectProvider",
        "iam:CreateUser",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:UpdateLoginProfile",
        "sts:AssumeRole",
    ],
)
def test_no_other_way_to_more_permissions(action: str) -> None:
    for name in ("trading-api-role-dev", "bootstrap-deploy-role-dev"):
        keys = {"iam:PermissionsBoundary": BOUNDARY, "iam:PolicyARN": _policy("trading-api-policy-dev")}
        assert not Decider("deploy").may(action, _role(name), keys)
        assert not Decider("deploy").may(action, f"arn:aws:iam::{ACCOUNT}:user/{name}", keys)


@pytest.mark.requirement("IAM-1")
def test_what_has_names_is_ours_by_name() -> None:
    deploy, of_pulls = Decider("deploy"), Decider("deploy", "pr")
    for decider, ours, others in ((deploy, "dev", "prod"), (of_pulls, "pr-42", "dev")):
        for action, arn in (
            ("dynamodb:DeleteTable", _arn("dynamodb", "table/trading-sessions-table-{}")),
            ("lambda:DeleteFunction", _arn("lambda", "function:trading-api-function-{}")),
            ("logs:DeleteLogGroup", _arn("logs", "log-group:/aws/lambda/trading-api-function-{}:*")),
            ("logs:DeleteLogGroup", _arn("logs", "log-group:API-Gateway-Execution-Logs_a1/{}:*")),
            ("rds:DeleteDBCluster", _arn("rds", "cluster:trading-db-{}")),
            ("s3:DeleteBucket", f"arn:aws:s3:::trading-raw-bucket-{{}}-{ACCOUNT}"),
            ("s3:PutObject", f"{BUCKET}/{{}}/trading-analytics.tfstate"),
            ("sqs:DeleteQueue", _arn("sqs", "trading-raw-objects-queue-{}")),
        ):
            assert decider.may(action, arn.format(ours)), (action, ours)
            assert not decider.may(action, arn.format(others)), (action, others)
            other_workload = arn.format(ours).replace(":trading-", ":other-").replace("/trading-", "/other-")
            assert BUCKET in arn or "Gateway" in arn or not decider.may(action, other_workload)


@pytest.mark.requirement("IAM-1")
def test_what_has_ids_is_ours_by_tag() -> None:
    deploy, of_pulls = Decider("deploy"), Decider("deploy", "pr")
    for decider, ours, others in ((deploy, "dev", "prod"), (of_pulls, "pr-42", "dev")):
        for action, arn in (
            ("apigateway:DELETE", "arn:aws:apigateway:us-east-1::/restapis/a1"),
            ("config:DeleteConfigRule", _arn("config", "config-rule/config-rule-a1")),
            ("ec2:DeleteVpc", _arn("ec2", "vpc/vpc-1")),
            ("kms:ScheduleKeyDeletion", _arn("kms", "key/1")),
        ):
            assert decider.may(action, arn, {"aws:ResourceTag/Environment": ours})
            assert not decider.may(action, arn, {"aws:ResourceTag/Environment": others})
            assert not decider.may(action, arn)


@pytest.mark.requirement("IAM-1")
def test_what_is_made_gets_our_tag_and_keeps_it() -> None:
    deploy = Decider("deploy")
    made = {"ec2:CreateAction": "CreateVpc"}
    for action, arn, keys in (
        ("ec2:CreateVpc", _arn("ec2", "vpc/*"), {}),
        ("ec2:CreateTags", _arn("ec2", "vpc/*"), made),
        ("kms:CreateKey", "*", {}),
        ("kms:TagResource", _arn("kms", "key/1"), {}),
        ("apigateway:POST", "arn:aws:apigateway:us-east-1::/restapis", {}),
        ("apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/arn", {}),
        ("config:PutConfigRule", _arn("config", "config-rule/*"), {}),
    ):
        assert deploy.may(action, arn, keys | {"aws:RequestTag/Environment": "dev"}), action
        assert not deploy.may(action, arn, keys | {"aws:RequestTag/Environment": "prod"}), action
        assert not deploy.may(action, arn, keys), action
    for action, arn in (
        ("ec2:CreateTags", _arn("ec2", "vpc/vpc-1")),
        ("kms:TagResource", _arn("kms", "key/1")),
        ("apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/arn"),
        ("config:TagResource", _arn("config", "config-rule/config-rule-a1")),
        ("lambda:TagResource", _arn("lambda", "event-source-mapping:1")),
    ):
        ours = {"aws:ResourceTag/Environment": "dev"}
        assert deploy.may(action, arn, ours), action
        assert not deploy.may(action, arn, ours | {"aws:RequestTag/Environment": "prod"}), action
        theirs = {"aws:ResourceTag/Environment": "prod", "aws:RequestTag/Environment": "dev"}
        assert not deploy.may(action, arn, theirs), action


@pytest.mark.requirement("IAM-1")
def test_state_of_other_families_is_out_of_reach() -> None:
    via = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    for role in ROLES:
        decider = Decider(role)
        assert decider.may("s3:GetObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate")
        assert not decider.may("s3:GetObject", f"{BUCKET}/prod/trading-analytics-prod.tfstate")
        assert decider.may("s3:ListBucket", BUCKET, {"s3:prefix": "dev/trading-analytics-dev.tfstate"})
        assert not decider.may("s3:ListBucket", BUCKET, {"s3:prefix": "prod/"})
        assert not decider.may("s3:ListBucket", BUCKET)
        assert decider.may("kms:Decrypt", KEY, via)
        assert not decider.may("kms:Decrypt", KEY)
    assert not Decider("plan").may("s3:PutObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate")
    deploy = Decider("deploy")
    assert deploy.may("s3:DeleteObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate.tflock")
    assert not deploy.may("s3:DeleteObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate")


def test_whoever_plans_may_do_nothing_that_whoever_deploys_may_not() -> None:
    for name, policy in statements("plan").items():
        assert [one for one in policy if one not in statements("deploy")[name]] == []


def test_every_kind_of_exception_is_there() -> None:
    ids = [statement.sid for statement in _allowed("deploy")]
    for kind in (ON_BEHALF, OPTION, UPDATE):
        assert [id_ for id_ in ids if id_.startswith(kind)], kind


@pytest.mark.requirement("IAM-1")
def test_only_previews_are_listed_by_their_prefix_and_have_states_that_are_removed() -> None:
    state, prefix = "pr-7/trading-analytics-pr-7.tfstate", {"s3:prefix": "pr-"}
    previews, development = Decider("deploy", "pr"), Decider("deploy")
    assert previews.may("s3:ListBucket", BUCKET, prefix)
    assert previews.may("s3:DeleteObject", f"{BUCKET}/{state}")
    assert not previews.may("s3:DeleteObject", f"{BUCKET}/pr/bootstrap-pr.tfstate")
    assert not development.may("s3:ListBucket", BUCKET, prefix)
    assert not development.may("s3:DeleteObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate")
    assert development.may("s3:DeleteObject", f"{BUCKET}/dev/trading-analytics-dev.tfstate.tflock")
