"""A small REST API in the local AWS, and requests to it."""

import json
import urllib.error
import urllib.request
import uuid
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any

from local.gateway.address import url
from tests.support.local_functions import ACCOUNT, REGION, LocalAws

STAGE = "test"


@dataclass(frozen=True)
class Answer:
    """What came over HTTP.

    Attributes:
        status: the status.
        headers: the headers, by name in any case.
        body: the content.
    """

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The content, read as JSON."""
        return json.loads(self.body)


class Api:
    """A REST API; nothing is served before `deploy`."""

    def __init__(self, aws: LocalAws, **settings: Any) -> None:
        self._aws = aws
        self.client = aws.client("apigateway")
        created = self.client.create_rest_api(name=f"api-{uuid.uuid4().hex[:8]}", **settings)
        self.id = str(created["id"])
        self._resources = {"": str(created["rootResourceId"])}

    def resource(self, path: str) -> str:
        """The id of a path's resource, which is made the first time."""
        if path not in self._resources:
            parent, _, part = path.rpartition("/")
            created = self.client.create_resource(
                restApiId=self.id, parentId=self.resource(parent), pathPart=part
            )
            self._resources[path] = created["id"]
        return self._resources[path]

    def method(
        self, path: str, http_method: str, function: str, timeout_ms: int = 29_000, **settings: Any
    ) -> None:
        """Makes a method that a function answers, and lets it; another function than exists may be named."""
        with suppress(self._aws.client("lambda").exceptions.ResourceNotFoundException):
            self._aws.permit(function, "apigateway")
        resource = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": http_method}
        self.client.put_method(**{"authorizationType": "NONE", **resource, **settings})
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
        self.client.put_integration(
            **resource,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
            timeoutInMillis=timeout_ms,
        )

    def mock(self, path: str, http_method: str, request_template: str, *responses: dict[str, Any]) -> None:
        """Makes a method that templates answer: integration responses, in boto3's form."""
        method = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": http_method}
        self.client.put_method(**method, authorizationType="NONE")
        self.client.put_integration(
            **method, type="MOCK", requestTemplates={"application/json": request_template}
        )
        for response in responses:
            self.client.put_method_response(**method, statusCode=response["statusCode"])
            self.client.put_integration_response(**method, **response)

    def deploy(self) -> None:
        """Deploys the API as it is to its stage."""
        self.client.create_deployment(restApiId=self.id, stageName=STAGE)

    def set_stage(self, values: dict[str, str]) -> None:
        """Replaces settings of the stage, by their path."""
        self.client.update_stage(
            restApiId=self.id,
            stageName=STAGE,
            patchOperations=[
                {"op": "replace", "path": path, "value": value} for path, value in values.items()
            ],
        )

    def request(
        self,
        path: str,
        http_method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        stage: str = STAGE,
    ) -> Answer:
        """Sends a request over HTTP."""
        request = urllib.request.Request(
            url(self._aws.endpoint_url, self.id, stage) + path,
            method=http_method,
            headers=headers or {},
            data=body,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())
