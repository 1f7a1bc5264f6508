"""Where a command works: in a real account, or with ``LOCAL=1`` in the AWS on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from tools import local_profile, local_server, providers
from tools.errors import ToolError
from tools.local_aws import running_endpoint
from tools.workspace import ROOT, Workspace

LOCAL_PARALLELISM = 40
"""Terraform's operations at once in the local AWS: most of them only wait, by the provider's own timers."""


@dataclass(frozen=True)
class Target:
    """What cdktf and Terraform are run with.

    Attributes:
        environment: Their whole environment: settings, credentials, providers.
        installing: Like it, for the one step that may need the Terraform registry.
        output: cdktf's output folder.
        log: File that gets everything they say.
        running: File that names the process group of a command that changes things, while it runs.
        parallelism: Terraform's operations at once; None for its own default.
        locks_providers: Whether cdktf may complete the providers' lock file, for which it asks the registry.
        notice: A line that says where the providers come from; empty where nothing had to be arranged.
        endpoint: Address of the local AWS; None for a real account.
    """

    environment: Mapping[str, str]
    installing: Mapping[str, str]
    output: Path
    log: Path
    running: Path
    parallelism: int | None = None
    locks_providers: bool = False
    notice: str = ""
    endpoint: str | None = None


def find(base: Mapping[str, str]) -> Target:
    """Return the target that the user's environment names.

    Args:
        base: The user's environment. ``LOCAL_ROLE`` names a role of the local AWS to work with, such as the
            one that workflows deploy with, and with no permission beyond its.

    Raises:
        ToolError: The local AWS does not start, or no provider is to be had.
    """
    if base.get("LOCAL") == "1":
        workspace = Workspace.of(base)
        endpoint = running_endpoint(workspace, base)
        role = base.get("LOCAL_ROLE")
        return local(workspace, endpoint, base, credentials=assume(role, endpoint) if role else None)
    arranged = providers.arrange(base)
    environment = {**base, **arranged.environment}
    return Target(
        environment=environment,
        installing=environment,
        output=ROOT / "cdktf.out",
        log=ROOT / "cdktf.out" / "deploy.log",
        running=ROOT / "cdktf.out" / "running.json",
        locks_providers=not arranged.notice,
        notice=arranged.notice,
    )


def assume(role: str, endpoint: str) -> dict[str, str]:
    """Return variables with credentials of a role of a local AWS.

    Raises:
        ToolError: There is no such role.
    """
    session = local_server.session()
    try:
        arn = session.client("iam", endpoint_url=endpoint).get_role(RoleName=role)["Role"]["Arn"]
    except ClientError as error:
        raise ToolError(f"LOCAL_ROLE={role}: {error}; `make bootstrap LOCAL=1` makes the roles") from error
    sts = session.client("sts", endpoint_url=endpoint)
    credentials = sts.assume_role(RoleArn=arn, RoleSessionName="local")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def local(
    workspace: Workspace,
    endpoint: str,
    base: Mapping[str, str],
    *,
    proxy: str = local_profile.CLOSED_PROXY,
    credentials: Mapping[str, str] | None = None,
) -> Target:
    """Return the target of a local AWS that runs.

    Args:
        workspace: Where its files are.
        endpoint: The local AWS.
        base: The user's environment, whose settings of the stacks count.
        proxy: See :func:`tools.local_profile.environment`.
        credentials: Variables with credentials of a role; those of a user without limits by default.
    """
    arranged = providers.arrange(base, workspace.terraform)
    profile = {
        **local_profile.environment(endpoint, base, workspace.folder, proxy=proxy),
        "ACCOUNT_ID": local_server.account(endpoint),
        **(credentials or {}),
    }
    return Target(
        environment={**profile, **arranged.environment},
        installing={**local_profile.with_own_proxies(profile, base), **arranged.environment},
        output=workspace.folder,
        log=workspace.command_log,
        running=workspace.running_command,
        parallelism=LOCAL_PARALLELISM,
        notice=arranged.notice,
        endpoint=endpoint,
    )
