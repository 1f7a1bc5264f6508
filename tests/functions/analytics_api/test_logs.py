"""The API's log holds no key, token, signature or session, at any level."""

import importlib
import json
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.functions.analytics_api.conftest import TABLE, Context
from tests.support.function_logs import CREDENTIALS, everything_logged
from tests.support.proxy_events import proxy_event

HEADERS = {
    "X-Api-Key": "hunter2-key",
    "Authorization": "Bearer hunter2-token",
    "Cookie": "session=hunter2-cookie",
}
SECRETS = ["hunter2-key", "hunter2-token", "hunter2-cookie", "hunter2-body", *CREDENTIALS.values()]


@pytest.mark.requirement("FN-3")
@pytest.mark.requirement("API-4")
def test_no_log_line_holds_a_secret(handler: ModuleType) -> None:
    with everything_logged() as log:
        function = importlib.reload(importlib.import_module(handler.__name__))

        def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            answer = function.handler(proxy_event(method, path, body, headers=HEADERS), Context())
            return answer["statusCode"], json.loads(answer["body"] or "null")

        assert call("GET", "/v1/symbols")[0] == 200
        status, session = call("POST", "/v1/sessions", {"user_id": "ann"})
        assert status == 201
        path = f"/v1/sessions/{session['id']}"
        assert call("GET", path)[0] == 200
        status, upload = call("POST", "/v1/ingestions", {"file_name": "ibm.csv"})
        assert status == 201
        assert call("POST", "/v1/sessions", {"password": "hunter2-body"})[0] == 400
        assert call("POST", "/v1/sessions", "no JSON: hunter2-body")[0] == 400
        assert call("DELETE", path)[0] == 204
        boto3.client("dynamodb").delete_table(TableName=TABLE)
        assert call("GET", path)[0] == 500
    logged = log.getvalue()
    assert "request failed" in logged
    handed_out = [session["id"], upload["fields"]["x-amz-signature"], upload["fields"]["policy"]]
    assert [secret for secret in [*SECRETS, *handed_out] if secret in logged] == []
