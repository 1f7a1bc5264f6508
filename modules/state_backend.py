"""Remote Terraform state: encrypted, with S3's native lock file (GEN-1)."""

from dataclasses import dataclass

from cdktf import S3Backend, TerraformStack


@dataclass(frozen=True)
class StateBackendProps:
    """Properties of the state backend.

    Attributes:
        bucket: Bucket of the state.
        region: Region of that bucket.
        suffix: Environment suffix; the folder of the environment's states.
        key: Key that the state is encrypted with: its alias, since it is made by a stack of its own. Without
            one Terraform asks S3 for S3's own keys (``AES256``), whatever the bucket's default is.
    """

    bucket: str
    region: str
    suffix: str
    key: str


def use_state_backend(stack: TerraformStack, props: StateBackendProps) -> None:
    """Keep the stack's state at ``<suffix>/<stack id>.tfstate``.

    Args:
        stack: The stack.
        props: Where its state is.
    """
    S3Backend(
        stack,
        bucket=props.bucket,
        key=f"{props.suffix}/{stack.node.id}.tfstate",
        region=props.region,
        encrypt=True,
        kms_key_id=props.key,
    )
    # S3Backend of cdktf 0.21 does not know the lock file that Terraform has since 1.10.
    stack.add_override("terraform.backend.s3.use_lockfile", True)
