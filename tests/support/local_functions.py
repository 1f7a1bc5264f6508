"""A local AWS in the test's own process, and small functions in it."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from local import data_path
from local.control_plane import ControlPlane

REGION = "us-east-1"
ACCOUNT = "123456789012"
T = TypeVar("T")

_EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file of the given names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def eventually(look: Callable[[], T], seconds: float = 10) -> T:
    """Repeats a look until it gives something true; gives the last one after the time is up."""
    end = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return seen


class LocalAws:
    """A running local AWS with its data path."""

    def __init__(self, endpoint_url: str, running: data_path.DataPath, layers: Path) -> None:
        self.endpoint_url = endpoint_url
        self.layers = layers
        self.data_path = running
        self.client = cache(self._client)
        self.role = f"function-role-{uuid.uuid4().hex[:8]}"  # moto's state outlives a server in one process
        created = self.client("iam").create_role(RoleName=self.role, AssumeRolePolicyDocument="{}")
        self.role_arn = created["Role"]["Arn"]
        self.client("iam").put_role_policy(
            RoleName=self.role, PolicyName="everything", PolicyDocument=json.dumps(_EVERYTHING)
        )

    def _client(self, service: str) -> Any:
        make: Any = boto3.client  # its type has an overload for every service
        return make(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def function(self, source: str | Mapping[str, str | bytes], **settings: Any) -> str:
        """Makes a function from the source of its module `app` or from several files; gives its name."""
        files = {"app.py": source} if isinstance(source, str) else source
        name = f"f-{uuid.uuid4().hex[:8]}"
        self.client("lambda").create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Role": self.role_arn,
                "Code": {"ZipFile": zipped(files)},
                "Timeout": 10,
                **settings,
            }
        )
        return name

    def permit(self, name: str, service: str) -> None:
        """Lets a service of AWS (`sns`) invoke a function."""
        self.client("lambda").add_permission(
            FunctionName=name,
            StatementId=uuid.uuid4().hex,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceAccount=ACCOUNT,
        )

    def invoke(self, name: str, event: object = None, **options: Any) -> Any:
        """Invokes a function; gives the response with its payload read as JSON."""
        response = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **options)
        body = response["Payload"].read()
        return response | {"Payload": json.loads(body) if body else None}

    def layer(self, name: str, files: Mapping[str, str | bytes]) -> str:
        """Publishes a layer; gives the ARN of its version."""
        published = self.client("lambda").publish_layer_version(
            LayerName=name, Content={"ZipFile": zipped(files)}
        )
        return str(published["LayerVersionArn"])

    def queue(self, **attributes: str) -> tuple[str, str]:
        """Makes a queue; gives its URL and its ARN."""
        name = f"q-{uuid.uuid4().hex[:8]}" + (".fifo" if attributes.get("FifoQueue") else "")
        url = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def receive(self, url: str, seconds: float = 10) -> list[dict[str, Any]]:
        """Waits for messages in a queue and takes them."""

        def look() -> list[dict[str, Any]]:
            received = self.client("sqs").receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
            )
            return list(received.get("Messages", []))

        return eventually(look, seconds)

    def log(self, group: str) -> list[str]:
        """All messages of a log group, oldest first."""
        logs = self.client("logs")
        try:
            events = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]


@contextmanager
def local_aws(work: Path) -> Iterator[LocalAws]:
    """Runs a local AWS with layers in `work/layers`; it retries after 0.05 s instead of minutes."""
    with ControlPlane() as control_plane:
        layers = work / "layers"
        running = data_path.start(control_plane.endpoint_url, layers, work, retry_delays=(0.05, 0.05))
        try:
            yield LocalAws(control_plane.endpoint_url, running, layers)
        finally:
            running.stop()
