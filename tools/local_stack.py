"""A workload stack in the local AWS, and the bucket of its state."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stacks.catalogue import WORKLOADS, StackEntry
from tools import local_profile, local_server
from tools.deployment import target
from tools.deployment.selection import settings_of
from tools.deployment.stack import Stack
from tools.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3ServiceResource


class LocalStack(Stack):
    """A stack in one local AWS.

    Args:
        workspace: where its files are.
        endpoint: the local AWS.
        base: the user's environment, whose settings of the stack count.
        entry: which stack.
        proxy: see `local_profile.environment`.
        credentials: see `target.local`.
    """

    def __init__(
        self,
        workspace: Workspace,
        endpoint: str,
        base: Mapping[str, str],
        *,
        entry: StackEntry = WORKLOADS[0],
        proxy: str = local_profile.CLOSED_PROXY,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        place = target.local(workspace, endpoint, base, proxy=proxy, credentials=credentials)
        super().__init__(entry, settings_of(place.environment), place)
        self.workspace = workspace
        self.endpoint = endpoint

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every command on the stack."""
        return self.target.environment


def create_state_bucket(endpoint: str) -> None:
    """Makes a plain bucket for the Terraform state, where `make bootstrap` made none."""
    s3 = _s3(endpoint)
    if s3.Bucket(local_profile.STATE_BUCKET) not in list(s3.buckets.all()):
        s3.create_bucket(Bucket=local_profile.STATE_BUCKET)
        s3.BucketVersioning(local_profile.STATE_BUCKET).enable()


def delete_state_bucket(endpoint: str) -> None:
    """Removes the bucket of the Terraform state with everything in it, if it is there."""
    s3 = _s3(endpoint)
    bucket = s3.Bucket(local_profile.STATE_BUCKET)
    if bucket in list(s3.buckets.all()):
        bucket.object_versions.delete()
        bucket.delete()


def _s3(endpoint: str) -> "S3ServiceResource":
    return local_server.session().resource("s3", endpoint_url=endpoint)
