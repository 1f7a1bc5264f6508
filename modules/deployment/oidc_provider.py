"""GitHub as an identity provider: its workflows get short-lived credentials, and nobody keeps a key."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_openid_connect_provider import DataAwsIamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

from modules.context import Context, DataClassification

ISSUER = "token.actions.githubusercontent.com"
"""Host that signs the tokens of GitHub's workflows; first part of the condition keys of their claims."""

AUDIENCE = "sts.amazonaws.com"
"""Whom the tokens are meant for, as GitHub's action for AWS credentials asks for them."""


@dataclass(frozen=True)
class GithubProviderProps:
    """Properties of the provider.

    Attributes:
        create: Whether to make it. An account has one; False finds it.
    """

    create: bool


class GithubProvider(Construct):
    """GitHub's OpenID Connect provider in the account.

    It names no certificate: AWS verifies GitHub's by its own library of trusted authorities.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html

    Attributes:
        arn: The provider's ARN.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: GithubProviderProps) -> None:
        super().__init__(scope, id_)
        url = f"https://{ISSUER}"
        if props.create:
            self.arn = IamOpenidConnectProvider(
                self,
                "provider",
                url=url,
                client_id_list=[AUDIENCE],
                tags=context.tags(DataClassification.INTERNAL, context.name("github-oidc-provider")),
            ).arn
        else:
            self.arn = DataAwsIamOpenidConnectProvider(self, "provider", url=url).arn
