"""The bootstrap stack: one for a family, which every other stack's backend and GitHub's workflows rely on."""

import re
from typing import Any

import pytest

from modules.deployment.permissions import EnvironmentScope
from modules.policy import Statement
from settings.catalogue import SUFFIX_MAX_LENGTH
from stacks import bootstrap as module
from tests.support.stacks import ENVIRON, bootstrap
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged

CLAIM = "token.actions.githubusercontent.com"


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return bootstrap()


def _claims(stack: Synthesized, role: str) -> dict[str, list[str]]:
    """Return what a role's trust policy asks of a token, by claim."""
    block = stack.one("aws_iam_role", name=role)
    (statement,) = stack.statements(block["assume_role_policy"]).values()
    assert statement["actions"] == ["sts:AssumeRoleWithWebIdentity"]
    assert {condition["test"] for condition in statement["condition"]} == {"StringEquals"}
    return {
        condition["variable"].removeprefix(f"{CLAIM}:"): condition["values"]
        for condition in statement["condition"]
    }


@pytest.mark.requirement("GEN-1")
def test_its_own_state_is_in_the_bucket_that_it_makes(stack: Synthesized, dev: Synthesized) -> None:
    backend = stack.backend("s3")
    assert (backend["key"], backend["bucket"]) == ("dev/bootstrap-dev.tfstate", ENVIRON["STATE_BUCKET"])
    stack.one("aws_s3_bucket", bucket=backend["bucket"])
    for each in (stack, dev):
        named = each.backend("s3")["kms_key_id"]
        assert stack.one("aws_kms_alias", name=named)["name"] == "alias/bootstrap-state-key-dev"


def test_it_is_deployed_where_the_state_is() -> None:
    elsewhere = bootstrap(STATE_REGION="eu-west-1")
    assert elsewhere.provider("aws")["region"] == "eu-west-1"
    assert elsewhere.backend("s3")["region"] == "eu-west-1"


def test_every_pull_requests_environment_has_the_same() -> None:
    numbered, family = bootstrap(ENVIRONMENT_SUFFIX="pr-42"), bootstrap(ENVIRONMENT_SUFFIX="pr")
    assert numbered.text == family.text
    assert family.backend("s3")["key"] == "pr/bootstrap-pr.tfstate"
    family.one("aws_iam_role", name="bootstrap-deploy-role-pr")


def test_pull_requests_and_main_plan_and_main_alone_deploys_through_its_environment(
    stack: Synthesized,
) -> None:
    assert _claims(stack, "bootstrap-plan-role-dev") == {
        "aud": ["sts.amazonaws.com"],
        "sub": ["repo:acme/platform:pull_request", "repo:acme/platform:ref:refs/heads/main"],
    }
    assert _claims(stack, "bootstrap-deploy-role-dev") == {
        "aud": ["sts.amazonaws.com"],
        "sub": ["repo:acme/platform:environment:dev"],
        "ref": ["refs/heads/main"],
    }


def test_pull_requests_deploy_to_environments_of_their_own_from_any_branch() -> None:
    family = bootstrap(ENVIRONMENT_SUFFIX="pr", DEPLOYMENT_REPOSITORY="acme@12/platform@34")
    assert _claims(family, "bootstrap-deploy-role-pr") == {
        "aud": ["sts.amazonaws.com"],
        "sub": ["repo:acme@12/platform@34:environment:pr"],
    }


def test_identity_provider_is_made_once_in_an_account(stack: Synthesized) -> None:
    stack.count("aws_iam_openid_connect_provider", 1)
    other = bootstrap(GITHUB_OIDC_PROVIDER="false")
    other.absent("aws_iam_openid_connect_provider")
    for each in (stack, other):
        role = each.one("aws_iam_role", name="bootstrap-plan-role-dev")
        (statement,) = each.statements(role["assume_role_policy"]).values()
        (arn,) = statement["principals"][0]["identifiers"]
        assert each.target(arn)[1]["url"] == f"https://{CLAIM}"


def test_without_a_repository_nobody_but_people_deploys() -> None:
    alone = bootstrap(DEPLOYMENT_REPOSITORY="")
    for type_ in ("aws_iam_role", "aws_iam_policy", "aws_iam_openid_connect_provider"):
        alone.absent(type_)
    assert set(alone.json["output"]) == {"state_bucket", "state_key_arn"}


@pytest.mark.requirement("IAM-2")
def test_roles_are_kept_to_the_regions_of_the_stacks_and_of_the_state() -> None:
    stack = bootstrap(STATE_REGION="eu-west-1", TRADING_ANALYTICS_REGION="ca-central-1")
    boundary = stack.one("aws_iam_policy", name="bootstrap-region-boundary-policy-dev")
    statements = stack.statements(boundary["policy"])
    assert "DenyIdentityChanges" not in statements  # who deploys makes roles
    deny = statements["DenyOtherRegions"]
    assert deny["condition"][0]["values"] == ["ca-central-1", "eu-west-1"]
    boundaries = {role["permissions_boundary"] for role in stack.all("aws_iam_role").values()}
    assert [stack.target(each)[1] for each in boundaries] == [boundary]


def test_roles_may_do_what_the_permissions_say_for_this_family_and_its_stacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scopes: list[Any] = []

    def policies(_context: Any, scope: EnvironmentScope) -> dict[str, list[Statement]]:
        scopes.append(scope)
        return {"one": [Statement("One", ["x:Y"], [scope.state_bucket_arn, scope.state_key_arn])]}

    monkeypatch.setattr(module, "plan_policies", policies)
    monkeypatch.setattr(module, "deploy_policies", policies)
    stack = bootstrap(ENVIRONMENT_SUFFIX="pr-42", TRADING_ANALYTICS_REGION="eu-west-1")
    plan, deploy = scopes
    assert plan == deploy
    assert (plan.family, plan.workloads, plan.regions) == ("pr", ["trading"], ["eu-west-1", "us-east-1"])
    for role in ("plan", "deploy"):
        policy = stack.one("aws_iam_policy", name=f"bootstrap-{role}-one-policy-pr")["policy"]
        bucket, key = stack.statements(policy)["One"]["resources"]
        assert stack.target(bucket)[1]["bucket"] == ENVIRON["STATE_BUCKET"]
        assert stack.target(key)[0] == "aws_kms_key"


@pytest.mark.requirement("GEN-4")
@pytest.mark.requirement("GEN-5")
def test_everything_is_tagged_and_destroyable(stack: Synthesized) -> None:
    assert untagged(stack) == []
    environments = {
        block["tags"]["Environment"]
        for blocks in stack.json["resource"].values()
        for block in blocks.values()
        if "tags" in block
    }
    assert environments == {"dev"}
    assert all(bucket["force_destroy"] for bucket in stack.all("aws_s3_bucket").values())
    assert "prevent_destroy" not in stack.text


def _names(stack: Synthesized) -> list[tuple[str, str]]:
    attributes = {"aws_iam_policy": "name", "aws_iam_role": "name", "aws_kms_alias": "name"}
    return [
        (type_, block[attribute])
        for type_, attribute in (*attributes.items(), ("aws_s3_bucket", "bucket"))
        for block in stack.all(type_).values()
    ]


@pytest.mark.requirement("GEN-3")
def test_everything_but_the_state_bucket_is_named_by_the_scheme(stack: Synthesized) -> None:
    scheme = re.compile(r"(alias/)?bootstrap-[a-z-]+-dev(-\$\{.*account_id\})?")
    assert [name for _, name in _names(stack) if not scheme.fullmatch(name)] == [ENVIRON["STATE_BUCKET"]]


@pytest.mark.requirement("GEN-3")
def test_the_longest_suffix_fits_every_name() -> None:
    longest = bootstrap(ENVIRONMENT_SUFFIX="p" + "r" * (SUFFIX_MAX_LENGTH - 1))
    limits = {"aws_iam_policy": 128, "aws_iam_role": 64, "aws_kms_alias": 256, "aws_s3_bucket": 63}
    account = re.compile(r"\$\{.*account_id\}")
    names = [(type_, account.sub("1" * 12, name)) for type_, name in _names(longest)]
    assert [name for type_, name in names if len(name) > limits[type_]] == []


@pytest.mark.requirement("GEN-8")
def test_outputs_say_what_workflows_are_set_up_with(stack: Synthesized) -> None:
    outputs: Block = stack.json["output"]
    assert set(outputs) == {
        "deploy_role_arn",
        "oidc_provider_arn",
        "plan_role_arn",
        "state_bucket",
        "state_key_arn",
    }
    assert [name for name, output in outputs.items() if not output.get("description")] == []
    assert stack.target(outputs["deploy_role_arn"]["value"])[1]["name"] == "bootstrap-deploy-role-dev"


@pytest.mark.requirement("GEN-9")
def test_the_same_settings_give_the_same_bytes(stack: Synthesized) -> None:
    assert bootstrap().text == stack.text
