"""Where the bootstrap stack's own state is: in a file on this machine until there is a bucket, then in that.

The synthesized code always names the bucket. A Terraform override file beside it leads to the file instead
(https://developer.hashicorp.com/terraform/language/files/override).

The state is copied to its new place before it is removed from the old one. Where an interruption left it in
both, they are the same, and the bucket's counts.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from tools import command
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.workspace import ROOT

OVERRIDE = "backend_override.tf.json"

_ABSENT = frozenset({"404", "NoSuchBucket", "NoSuchKey"})


@dataclass(frozen=True)
class Bucket:
    """The bucket of the state, as the synthesized code names it.

    Attributes:
        name: Its name.
        key: Where the bootstrap stack's own state is in it.
        region: Its region.
    """

    name: str
    key: str
    region: str

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Return the bucket that a synthesized stack's backend names."""
        code = json.loads((stack.folder / "cdk.tf.json").read_text(encoding="utf-8"))
        backend = code["terraform"]["backend"]["s3"]
        return cls(backend["bucket"], backend["key"], backend["region"])

    @property
    def where(self) -> str:
        """The state's address."""
        return f"s3://{self.name}/{self.key}"

    def exists(self) -> bool:
        """Whether anybody has a bucket of this name."""
        return self._found("head_bucket")

    def has_state(self) -> bool:
        """Whether the bootstrap stack's own state is here."""
        return self._found("head_object", Key=self.key)

    def others(self) -> Iterator[str]:
        """Name what is in the bucket and not gone with the bootstrap stack.

        The state that a destroyed stack leaves behind is of no use to anybody.
        """
        if not self.exists():
            return
        pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self.name)
        for key in (found["Key"] for page in pages for found in page.get("Contents", ())):
            if key != self.key and not (key.endswith(".tfstate") and self._is_empty(key)):
                yield key

    def remove_state(self) -> None:
        """Remove the bootstrap stack's own state."""
        self._client().delete_object(Bucket=self.name, Key=self.key)

    def _is_empty(self, key: str) -> bool:
        state = json.loads(self._client().get_object(Bucket=self.name, Key=key)["Body"].read())
        return not state.get("resources")

    def _found(self, call: str, **arguments: str) -> bool:
        try:
            getattr(self._client(), call)(Bucket=self.name, **arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return False
            raise ToolError(
                f"STATE_BUCKET={self.name} can't be looked at ({code}): it may be somebody else's; choose "
                "another name then"
            ) from error
        return True

    def _client(self) -> Any:
        return boto3.client("s3", region_name=self.region)


@dataclass(frozen=True)
class LocalFile:
    """The state's file on this machine. Git ignores it, and ``make clean`` leaves it.

    Attributes:
        path: The file. Its name has the bucket's, which is unique in the world: it is never another's state.
    """

    path: Path

    @classmethod
    def of(cls, stack: Stack, bucket: Bucket) -> Self:
        """Return the file of a stack: beside the project's own files, or among those of the local AWS."""
        folder = stack.target.output if stack.target.endpoint else ROOT
        return cls(folder / f"{stack.stack_id}.{bucket.name}.tfstate")

    def has_state(self) -> bool:
        """Whether the state is here."""
        return self.path.exists()

    def remove(self) -> None:
        """Remove the file, and the version before it that Terraform keeps."""
        for file in (self.path, self.path.with_name(f"{self.path.name}.backup")):
            file.unlink(missing_ok=True)


@contextmanager
def kept_in(file: LocalFile, stack: Stack) -> Iterator[None]:
    """Have Terraform keep the state in the file, which nobody else may read."""
    override = stack.folder / OVERRIDE
    backend = {"terraform": {"backend": {"local": {"path": str(file.path)}}}}
    mask = os.umask(0o077)
    try:
        override.write_text(json.dumps(backend), encoding="utf-8")
        yield
    finally:
        override.unlink(missing_ok=True)
        os.umask(mask)


def use(stack: Stack) -> None:
    """Have Terraform use the place that the state is in, whatever it used before."""
    _initialize(stack, "-reconfigure")


def copy(stack: Stack) -> None:
    """Have Terraform copy the state from the place that it used to the one that it is to use."""
    _initialize(stack, "-migrate-state", "-force-copy")


def _initialize(stack: Stack, *options: str) -> None:
    command.run(
        "terraform init",
        ["terraform", "init", "-input=false", "-no-color", *options],
        environment=stack.target.environment,
        folder=stack.folder,
        log=stack.target.log,
    )
