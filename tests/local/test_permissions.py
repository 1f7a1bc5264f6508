"""Every function may do what it does and no more: nothing was refused, nothing allowed was never used.

Runs after the other tests of the deployment, whose calls count, and before the destroy.
"""

import json
import time
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.permissions.enforcement import LEDGER_PATH
from tests.local.conftest import Deployment
from tests.support.permissions import Permission, permissions, policy_documents, unused
from tests.support.proxy_events import proxy_event
from tools import trades
from tools.local_up import SAMPLE

PATIENCE_SECONDS = 60

_VPC_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"
_TRACING_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"
BY_LAMBDA_ITSELF = {
    "ec2:AssignPrivateIpAddresses": _VPC_PAGE,
    "ec2:CreateNetworkInterface": _VPC_PAGE,
    "ec2:DeleteNetworkInterface": _VPC_PAGE,
    "ec2:DescribeNetworkInterfaces": _VPC_PAGE,
    "ec2:DescribeSubnets": _VPC_PAGE,
    "ec2:UnassignPrivateIpAddresses": _VPC_PAGE,
    "xray:PutTelemetryRecords": _TRACING_PAGE,
    "xray:PutTraceSegments": _TRACING_PAGE,
}
"""What Lambda does with the role and the local AWS does not do: where AWS asks for each."""

_HEADER = "timestamp,symbol,price,size,exchange,conditions\n"


@dataclass(frozen=True)
class Ledger:
    """What the functions' roles did.

    Attributes:
        used: what allowed their calls.
        refused: what was refused.
        allowed: all that their policies allow.
    """

    used: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    allowed: set[Permission]


@pytest.fixture(scope="module")
def ledger(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The ledger, after every function has gone every way that it has."""
    folder = tmp_path_factory.mktemp("trades")
    functions = _functions(deployment)
    _process_files(deployment, folder)
    _ask_the_api(deployment)
    for name, function in functions.items():
        _fail(deployment, name, function["Handler"])
    roles = {function["Role"].rpartition("/")[2] for function in functions.values()}
    iam = deployment.client("iam")
    allowed = {one for role in roles for one in permissions(role, policy_documents(iam, role))}
    # Alerts about what failed here are on their way
    _eventually(lambda: not unused(allowed, _entries(deployment)["used"], BY_LAMBDA_ITSELF))
    entries = _entries(deployment)
    refused = [entry for entry in entries["refused"] if entry["role"].rpartition("/")[2] in roles]
    used = [entry for entry in entries["used"] if entry["role"].rpartition("/")[2] in roles]
    return Ledger(used, refused, allowed)


@pytest.mark.requirement("IAM-1")
@pytest.mark.requirement("IAM-2")
@pytest.mark.requirement("KMS-1")
def test_no_function_was_refused_anything(ledger: Ledger) -> None:
    refused = [
        f"{entry['count']} times {entry['role']}: {entry['action']} on {entry['resource']}, {entry['reason']}"
        for entry in ledger.refused
    ]
    assert not refused, "\n".join(refused)


@pytest.mark.requirement("IAM-1")
def test_every_permission_of_a_function_is_used(ledger: Ledger) -> None:
    left = unused(ledger.allowed, ledger.used, BY_LAMBDA_ITSELF)
    assert not left, "\n".join(["allowed, but no function ever needed it:", *map(str, left)])


@pytest.mark.requirement("IAM-1")
def test_nothing_is_excepted_that_no_function_is_allowed(ledger: Ledger) -> None:
    assert set(BY_LAMBDA_ITSELF) <= {permission.part for permission in ledger.allowed}
    assert not set(BY_LAMBDA_ITSELF) & {entry["action"] for entry in ledger.used}


def _entries(deployment: Deployment) -> dict[str, list[dict[str, Any]]]:
    with urllib.request.urlopen(f"{deployment.stack.endpoint}{LEDGER_PATH}") as answer:
        entries: dict[str, list[dict[str, Any]]] = json.load(answer)
        return entries


def _functions(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """The configuration of each function, by name."""
    pages = deployment.client("lambda").get_paginator("list_functions").paginate()
    return {function["FunctionName"]: function for page in pages for function in page["Functions"]}


def _process_files(deployment: Deployment, folder: Path) -> None:
    """Sends the processor files: good, with a bad row, of a day that it has, corrected, no trades at all."""
    data_path = trades.DataPath.find(deployment.stack.endpoint, deployment.outputs)
    run = uuid.uuid4().hex[:8]

    def process(name: str, content: str) -> None:
        file = folder / f"{run}-{name}.csv"
        file.write_text(content, encoding="utf-8")
        trades.process(file, data_path, lambda _: None)

    trades.process(SAMPLE, data_path, lambda _: None)
    process("first", f"{_HEADER}2013-10-09T14:00:00.000Z,AIG,50.25,100,N,1\nno row\n")
    process("second", f"{_HEADER}2013-10-09T14:00:01.000Z,AIG,50.50,200,N,1\n")
    process("second", f"{_HEADER}2013-10-09T14:00:01.000Z,AIG,50.75,200,N,1\n")
    for name in ("picture", "film"):  # the second alert of the kind is not told
        with pytest.raises(trades.TradesError):
            process(name, "\0\0\0")


def _ask_the_api(deployment: Deployment) -> None:
    """Every route, with a client's own upload at the end."""
    day = {"from": "2013-10-07T13:30:00Z", "to": "2013-10-07T13:40:00Z"}
    _call(deployment, 200, "GET", "/v1/symbols")
    for interval in ("1s", "1m"):
        _call(deployment, 200, "GET", "/v1/bars/IBM", query={"interval": interval, **day})
    _call(deployment, 200, "GET", "/v1/analytics/IBM", query={"date": "2013-10-07"})
    session = _call(deployment, 201, "POST", "/v1/sessions", {"user_id": "ann"})
    _call(deployment, 200, "GET", f"/v1/sessions/{session['id']}")
    _call(deployment, 204, "DELETE", f"/v1/sessions/{session['id']}")
    upload = _call(deployment, 201, "POST", "/v1/ingestions", {"file_name": "trades.csv"})
    _upload(upload, f"{_HEADER}2013-10-10T14:00:00.000Z,AIG,50.25,100,N,1\n")


def _call(
    deployment: Deployment,
    status: int,
    method: str,
    path: str,
    body: Any = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """Invokes the API function as API Gateway does; gives what it answers."""
    event = proxy_event(method, path, body, client="permissions", query=query)
    answer = deployment.client("lambda").invoke(
        FunctionName="trading-api-function-dev", Payload=json.dumps(event).encode()
    )
    payload = json.loads(answer["Payload"].read())
    assert payload.get("statusCode") == status, payload
    return json.loads(payload["body"] or "null")


def _upload(upload: Mapping[str, Any], content: str) -> None:
    """Sends a file as a browser's form does."""
    border = uuid.uuid4().hex
    fields = "".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in upload["fields"].items()
    )
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    file = f"{head}{content}\r\n--{border}--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
    request = urllib.request.Request(upload["url"], data=(fields + file).encode(), headers=headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status in (200, 204)


def _fail(deployment: Deployment, name: str, handler: str) -> None:
    """Breaks a function, and waits until an event that it can't take is in its dead-letter queue."""
    client, sqs = deployment.client("lambda"), deployment.client("sqs")
    queue_arn = client.get_function_configuration(FunctionName=name)["DeadLetterConfig"]["TargetArn"]
    url = sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
    client.update_function_configuration(FunctionName=name, Handler="gone.handler")
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    try:
        client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
        assert _eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages")), (
            f"{name}: no dead letter"
        )
    finally:
        client.delete_function_event_invoke_config(FunctionName=name)
        client.update_function_configuration(FunctionName=name, Handler=handler)


def _eventually(look: Callable[[], object]) -> object:
    end = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.5)
    return seen
