"""Roles with exactly these statements, and calls as them."""

import json
import urllib.request
import uuid
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from moto.sts.models import sts_backends

from local.permissions.enforcement import LEDGER_PATH
from tests.support.local_functions import ACCOUNT, REGION, LocalAws

Block = dict[str, Any]
KEY_OF_ANYONE = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def allow(actions: str | Sequence[str], resource: str = "*", **condition: Any) -> Block:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def document(*statements: Block) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Role:
    """A role with a policy, and clients of a session of it."""

    def __init__(
        self,
        aws: LocalAws,
        statements: Sequence[Block],
        boundary: Sequence[Block] = (),
        function: str | None = None,
    ) -> None:
        self._aws = aws
        iam = aws.client("iam")
        self.name = f"r-{uuid.uuid4().hex[:8]}"
        bounded = {}
        if boundary:
            made = iam.create_policy(PolicyName=f"b-{self.name}", PolicyDocument=document(*boundary))
            bounded = {"PermissionsBoundary": made["Policy"]["Arn"]}
        created = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument="{}", **bounded)
        self.arn = created["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=self.name, PolicyName="own", PolicyDocument=document(*statements))
        self._keys = aws.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="test")["Credentials"]
        if function is not None:  # as the runtime marks the sessions that it makes
            session = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(self._keys["AccessKeyId"])
            session.source_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"

    def client(self, service: str, region: str = REGION, signature: str | None = None) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self._aws.endpoint_url,
            region_name=region,
            aws_access_key_id=self._keys["AccessKeyId"],
            aws_secret_access_key=self._keys["SecretAccessKey"],
            aws_session_token=self._keys["SessionToken"],
            config=Config(retries={"total_max_attempts": 1}, signature_version=signature),
        )

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """What the ledger has of this role: `used` or `refused`."""
        with urllib.request.urlopen(f"{self._aws.endpoint_url}{LEDGER_PATH}") as answer:
            return [entry for entry in json.load(answer)[kind] if entry["role"] == self.arn]

    def refused(self) -> list[str]:
        return [entry["action"] for entry in self.entries("refused")]

    def used(self) -> set[str]:
        return {entry["action"] for entry in self.entries("used")}
