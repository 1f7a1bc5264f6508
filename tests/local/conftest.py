"""One real deployment into a local AWS, which all tests here share; the destroy test comes last.

It begins as the deployment to an account does, with `make bootstrap`, and is made by the role that workflows
deploy with, which has no permission but its own.
"""

import json
import os
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from rich.console import Console

from local.control_plane import CLOCK_PATH
from tests.support import make
from tests.support.recording_proxy import RecordingProxy
from tools import console, local_profile, local_server, local_up
from tools.local_api import LocalApi
from tools.local_stack import LocalStack
from tools.steps import Steps
from tools.workspace import Workspace

FOLDER = ".local-test"
REPOSITORY = "owner/platform"
SETTINGS = {
    "ENVIRONMENT_SUFFIX": "dev",
    "DEPLOYMENT_REPOSITORY": REPOSITORY,
    "LOCAL": "1",
    "LOCAL_FOLDER": FOLDER,
    "LOCAL_AWS_PORT": "0",
    "LOCAL_AWS_URL": "",
}
DEPLOY_ROLE = "bootstrap-deploy-role-dev"
PLAN_ROLE = "bootstrap-plan-role-dev"

DEPLOYMENT_SECONDS = 900
"""The first test waits for the deployment, the last for the destroy."""


@dataclass(frozen=True)
class Deployment:
    """The stack as it was deployed.

    Attributes:
        stack: runs Terraform on it.
        outputs: its outputs.
        proxy: where every call to another host than the local AWS would have been seen.
    """

    stack: LocalStack
    outputs: Mapping[str, Any]
    proxy: RecordingProxy

    @property
    def api(self) -> LocalApi:
        """The API with its keys."""
        return LocalApi.find(self.stack.endpoint, self.outputs)

    def database(self) -> psycopg.Connection[Any]:
        """A connection of the master user, by verified TLS and the managed secret, in autocommit mode."""
        secret = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["database_secret_arn"])
        login = json.loads(secret["SecretString"])
        (cluster,) = self.client("rds").describe_db_clusters()["DBClusters"]
        return psycopg.connect(
            host=self.outputs["database_endpoint"],
            port=cluster["Port"],
            dbname=cluster["DatabaseName"],
            user=login["username"],
            password=login["password"],
            sslmode="verify-full",
            sslrootcert=str(self.stack.workspace.rds_certificate),
            autocommit=True,
        )

    def minutes_pass(self, minutes: int = 1) -> None:
        """Moves the clock of metrics and alarms ahead."""
        advance = urllib.request.Request(
            f"{self.stack.endpoint}{CLOCK_PATH}?advance={minutes * 60}", method="POST"
        )
        with urllib.request.urlopen(advance):
            pass

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS, in the stack's region."""
        return boto3.client(  # type: ignore[call-overload]
            service, endpoint_url=self.stack.endpoint, region_name=self.stack.region
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the tests here their time; what all calls came to is asked late, and the destroy comes last."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(DEPLOYMENT_SECONDS))
    names = ("test_commands", "test_permissions", "test_destroy", "test_deploy_role", "test_down")
    last = [here / f"{name}.py" for name in names]
    items.sort(key=lambda item: last.index(item.path) if item.path in last else -1)


@pytest.fixture(scope="session")
def deployment() -> Iterator[Deployment]:
    """Bootstraps and deploys the development environment, on a free port."""
    workspace = Workspace.of(SETTINGS)
    base = {**os.environ, **SETTINGS}
    steps = Steps(Console(width=console.LOG_WIDTH), local_up.DEPLOY_STEPS)
    with RecordingProxy().listening() as proxy:
        local_server.stop(workspace)  # of an interrupted run
        workspace.forget_deployment()
        try:
            make.succeed("bootstrap", AUTO_APPROVE="1", **SETTINGS)
            stack = local_up.deploy(workspace, base, steps, proxy=proxy.url, role=DEPLOY_ROLE)
            profile = local_profile.environment(stack.endpoint, base, workspace.folder)
            with local_profile.entered(profile):
                yield Deployment(stack, stack.outputs(), proxy)
        finally:
            local_server.stop(workspace)
