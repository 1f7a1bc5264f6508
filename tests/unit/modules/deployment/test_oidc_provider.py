"""GitHub is made an identity provider once in an account, and found where it is one."""

from cdktf import TerraformOutput, TerraformStack

from modules.deployment.oidc_provider import GithubProvider, GithubProviderProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.tags import untagged


def test_provider_takes_tokens_for_aws_and_pins_no_certificate() -> None:
    stack = synthesize(
        lambda stack: GithubProvider(stack, "github", CONTEXT, GithubProviderProps(create=True))
    )
    provider = stack.one("aws_iam_openid_connect_provider")
    assert provider["url"] == "https://token.actions.githubusercontent.com"
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert "thumbprint_list" not in provider
    assert untagged(stack) == []


def test_provider_that_the_account_has_already_is_found() -> None:
    def build(stack: TerraformStack) -> None:
        provider = GithubProvider(stack, "github", CONTEXT, GithubProviderProps(create=False))
        TerraformOutput(stack, "arn", value=provider.arn, static_id=True)

    stack = synthesize(build)
    assert "resource" not in stack.json
    type_, provider = stack.target(stack.output("arn")["value"])
    assert type_ == "data.aws_iam_openid_connect_provider"
    assert provider["url"] == "https://token.actions.githubusercontent.com"
