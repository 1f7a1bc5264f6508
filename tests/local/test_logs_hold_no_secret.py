"""No log group holds a key, a token, a password or a signature, whatever was asked of the deployment."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest

from tests.local.conftest import Deployment
from tests.support.log_scan import leaks, log_lines
from tools.local_api import LocalApi

PATIENCE_SECONDS = 30
WRONG_KEY = "a-key-that-nobody-was-ever-given"
TOKEN = "a-token-that-only-a-header-holds"
NOT_FOR_LOGS = "what-a-body-holds-is-not-for-logs"


def _ask(api: LocalApi, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{api.url}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "x-api-key": key or api.key,
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def _traffic(deployment: Deployment, api: LocalApi) -> Mapping[str, str]:
    """Requests that are answered and refused, a file that is processed and one that is not."""
    status, session = _ask(api, "POST", "/v1/sessions", {"user_id": "ann"})
    assert status == 201
    assert _ask(api, "GET", f"/v1/sessions/{session['id']}")[0] == 200
    status, upload = _ask(api, "POST", "/v1/ingestions", {"file_name": "ibm.csv"})
    assert status == 201
    assert _ask(api, "POST", "/v1/sessions", {"password": NOT_FOR_LOGS})[0] == 400
    assert _ask(api, "GET", "/v1/symbols", key=WRONG_KEY)[0] == 403
    assert _ask(api, "DELETE", f"/v1/sessions/{session['id']}")[0] == 204
    s3 = deployment.client("s3")
    s3.put_object(Bucket=deployment.outputs["raw_bucket"], Key="secrets.csv", Body=NOT_FOR_LOGS.encode())
    _wait_for_log(deployment, "secrets.csv")
    fields = upload["fields"]
    return {
        "a session": session["id"],
        "an upload's signature": fields["x-amz-signature"],
        "an upload's policy": fields["policy"],
    }


def _wait_for_log(deployment: Deployment, text: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not any(text in line for _, _, line in log_lines(deployment.client("logs"))):
        assert time.monotonic() < end, f"nobody logged {text}"
        time.sleep(0.5)


def _master_password(deployment: Deployment) -> str:
    secret = deployment.client("secretsmanager").get_secret_value(
        SecretId=deployment.outputs["database_secret_arn"]
    )
    return str(json.loads(secret["SecretString"])["password"])


@pytest.mark.requirement("OBS-1")
@pytest.mark.requirement("DB-2")
@pytest.mark.requirement("API-4")
def test_no_log_group_holds_a_secret(deployment: Deployment) -> None:
    api = LocalApi.find(deployment.stack.endpoint, deployment.outputs)
    secrets = {
        **_traffic(deployment, api),
        **{f"the API key of {client}": key for client, key in api.keys.items()},
        "a wrong API key": WRONG_KEY,
        "a header's token": TOKEN,
        "a body": NOT_FOR_LOGS,
        "the master password": _master_password(deployment),
    }
    logs = deployment.client("logs")
    groups = {group for group, _, _ in log_lines(logs)}
    assert len([group for group in groups if group.startswith("/aws/lambda/trading-")]) >= 3
    assert [group for group in groups if group.startswith("/aws/apigateway/")]
    assert leaks(logs, secrets) == set()
