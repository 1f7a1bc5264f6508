"""Uploads: one object, of a bounded size, under the client's own prefix, for a short time."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.analytics_api.conftest import Call


@pytest.mark.requirement("FN-3")
def test_an_upload_is_bound_to_the_clients_prefix_and_size(call: Call) -> None:
    answer = call("POST", "/v1/ingestions", {"file_name": "ibm.csv.gz"}, client="key-7")
    assert answer.status == 201
    ingestion = answer.body
    client, identity, name = ingestion["key"].removeprefix("uploads/").split("/")
    assert (client, name) == ("key-7", "ibm.csv.gz")
    policy = json.loads(base64.b64decode(ingestion["fields"]["policy"]))
    assert {"key": ingestion["key"]} in policy["conditions"]
    assert {"bucket": "raw"} in policy["conditions"]
    assert ["content-length-range", 1, 1024**3] in policy["conditions"]
    lifetime = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < lifetime <= timedelta(minutes=15)
    assert abs(
        datetime.fromisoformat(ingestion["expires_at"]) - datetime.fromisoformat(policy["expiration"])
    ) <= timedelta(seconds=2)
    again = call("POST", "/v1/ingestions", {"file_name": "ibm.csv.gz"}).body["key"]
    assert again.split("/")[2] != identity
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.requirement("S3-1")
def test_an_upload_leaves_the_encryption_to_the_bucket(call: Call) -> None:
    fields = call("POST", "/v1/ingestions", {"file_name": "ibm.csv"}).body["fields"]
    # S3 refuses fields that the policy does not name, and older signatures where it encrypts with KMS.
    assert not [name for name in fields if name.startswith("x-amz-server-side-encryption")]
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


@pytest.mark.parametrize(
    "name", ["../x.csv", "x.exe", "a/b.csv", ".csv", "", 7, "x.csv\n", "a" * 129 + ".csv"]
)
def test_an_upload_of_anything_else_is_a_problem(call: Call, name: Any) -> None:
    answer = call("POST", "/v1/ingestions", {"file_name": name})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (400, "/file_name")
