"""A workload stack in the local AWS, and the bucket of its state."""

from collections.abc import Mapping

import boto3

from stacks.catalogue import WORKLOADS, StackEntry
from tools import local_profile
from tools.deployment import target
from tools.deployment.selection import settings_of
from tools.deployment.stack import Stack
from tools.workspace import Workspace


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

    def create_state_bucket(self) -> None:
        """Makes the versioned bucket of the Terraform state, if it isn't there."""
        s3 = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        s3.create_bucket(Bucket=local_profile.STATE_BUCKET)  # us-east-1: no error where it is ours already
        s3.put_bucket_versioning(
            Bucket=local_profile.STATE_BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )

    def delete_state_bucket(self) -> None:
        """Removes the bucket of the Terraform state with everything in it, if it is there."""
        s3 = boto3.resource("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        for bucket in s3.buckets.all():
            if bucket.name == local_profile.STATE_BUCKET:
                bucket.object_versions.delete()
                bucket.delete()
