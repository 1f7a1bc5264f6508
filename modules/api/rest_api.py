"""The regional REST API, built from its OpenAPI description, and its deployment (API-1, API-3)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cdktf import (
    DefaultTokenResolver,
    ITerraformDependable,
    StringConcat,
    TerraformResource,
    TerraformResourceLifecycle,
    Tokenization,
)
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from cdktf_cdktf_provider_aws.api_gateway_model import ApiGatewayModel
from cdktf_cdktf_provider_aws.api_gateway_request_validator import ApiGatewayRequestValidator
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import (
    ApiGatewayRestApi,
    ApiGatewayRestApiEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.api import cors, gateway_responses
from modules.api.description import Description, Operation
from modules.context import Context, DataClassification

Part = TypeVar("Part", bound=TerraformResource)

INTEGRATION_TIMEOUT_MS = 29_000
"""The gateway's own limit; the function's time-out is shorter, so that the function's answer comes first."""


@dataclass(frozen=True)
class RestApiProps:
    """Properties of a REST API.

    Attributes:
        description: The OpenAPI description.
        function_name: Function behind every operation.
        function_invoke_arn: Its invocation ARN for API Gateway.
        origins: Web origins that browsers may call from; the first is the main one.
        iam_authorization: Whether requests are signed with AWS credentials, besides the key.
    """

    description: Description
    function_name: str
    function_invoke_arn: str
    origins: Sequence[str]
    iam_authorization: bool = False


class RestApi(Construct):
    """A REST API with request validation, CORS and one function behind it.

    Attributes:
        id: The API's id.
        name: Its name, which its CloudWatch metrics carry.
        deployment_id: The deployment; a new one when any part of the API changes, and only then.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: RestApiProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self._name = context.name("api")
        self._api = ApiGatewayRestApi(
            self,
            "api",
            name=self._name,
            description=props.description.summary,
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(types=["REGIONAL"]),
            minimum_compression_size="1024",
            tags=context.tags(DataClassification.CONFIDENTIAL, self._name),
        )
        self._parts: list[TerraformResource] = [self._api]
        self._resources: dict[str, str] = {"": self._api.root_resource_id}
        self._validator = self._part(
            ApiGatewayRequestValidator(
                self,
                "validator",
                name=context.name("request-validator"),
                rest_api_id=self._api.id,
                validate_request_body=True,
                validate_request_parameters=True,
            )
        )
        self._models = {
            name: self._part(
                ApiGatewayModel(
                    self,
                    f"model-{name}",
                    rest_api_id=self._api.id,
                    name=name,
                    content_type="application/json",
                    schema=json.dumps(schema, sort_keys=True),
                )
            )
            for name, schema in props.description.schemas.items()
        }
        for operation in props.description.operations:
            self._add(operation)
        for path in dict.fromkeys(operation.path for operation in props.description.operations):
            self._add_preflight(path)
        for type_ in (*gateway_responses.STATUSES, *gateway_responses.DEFAULTS):
            self._part(
                ApiGatewayGatewayResponse(
                    self,
                    f"response-{type_}",
                    rest_api_id=self._api.id,
                    response_type=type_,
                    status_code=str(status) if (status := gateway_responses.STATUSES.get(type_)) else None,
                    response_parameters=gateway_responses.headers(type_, props.origins),
                    response_templates={"application/json": gateway_responses.template(type_)},
                )
            )
        LambdaPermission(
            self,
            "invocation",
            statement_id="InvokedByApi",
            action="lambda:InvokeFunction",
            function_name=props.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=f"{self._api.execution_arn}/*",
        )
        self.id = self._api.id
        self.name = self._name
        self.deployment_id = self._deploy()

    def _part(self, resource: Part) -> Part:
        """Keep a resource as a part of what is deployed."""
        self._parts.append(resource)
        return resource

    def _resource(self, path: str) -> str:
        """Return the id of a path's resource; makes it, and those above it, the first time."""
        if path not in self._resources:
            parent, _, last = path.rpartition("/")
            resource = self._part(
                ApiGatewayResource(
                    self,
                    f"resource{path.replace('/', '-')}",
                    rest_api_id=self._api.id,
                    parent_id=self._resource(parent),
                    path_part=last,
                )
            )
            self._resources[path] = resource.id
        return self._resources[path]

    def _add(self, operation: Operation) -> None:
        body = operation.body_schema
        method = self._part(
            ApiGatewayMethod(
                self,
                f"method-{operation.id}",
                rest_api_id=self._api.id,
                resource_id=self._resource(operation.path),
                http_method=operation.method,
                operation_name=operation.id,
                authorization="AWS_IAM" if self._props.iam_authorization else "NONE",
                api_key_required=operation.needs_key,
                request_parameters=dict(operation.parameters) or None,
                request_models={"application/json": self._models[body].name} if body else None,
                request_validator_id=self._validator.id,
            )
        )
        self._part(
            ApiGatewayIntegration(
                self,
                f"integration-{operation.id}",
                rest_api_id=self._api.id,
                resource_id=method.resource_id,
                http_method=method.http_method,
                type="AWS_PROXY",
                integration_http_method="POST",
                uri=self._props.function_invoke_arn,
                timeout_milliseconds=INTEGRATION_TIMEOUT_MS,
            )
        )

    def _add_preflight(self, path: str) -> None:
        name = f"preflight{path.replace('/', '-')}"
        methods = [
            operation.method for operation in self._props.description.operations if operation.path == path
        ]
        headers = cors.preflight_headers(self._props.origins, methods)
        # Browsers send a preflight request without key and signature.
        method = self._part(
            ApiGatewayMethod(
                self,
                name,
                rest_api_id=self._api.id,
                resource_id=self._resource(path),
                http_method="OPTIONS",
                authorization="NONE",
            )
        )
        integration = self._part(
            ApiGatewayIntegration(
                self,
                f"{name}-integration",
                rest_api_id=self._api.id,
                resource_id=method.resource_id,
                http_method=method.http_method,
                type="MOCK",
                request_templates={"application/json": '{"statusCode": 204}'},
            )
        )
        response = self._part(
            ApiGatewayMethodResponse(
                self,
                f"{name}-response",
                rest_api_id=self._api.id,
                resource_id=method.resource_id,
                http_method=method.http_method,
                status_code="204",
                response_parameters=dict.fromkeys(headers, True),
            )
        )
        self._part(
            ApiGatewayIntegrationResponse(
                self,
                f"{name}-integration-response",
                rest_api_id=self._api.id,
                resource_id=method.resource_id,
                http_method=method.http_method,
                status_code=response.status_code,
                response_parameters=headers,
                response_templates={"application/json": cors.preflight_template(self._props.origins)},
                depends_on=[integration],
            )
        )

    def _deploy(self) -> str:
        """Deploy the API as it is described now.

        The trigger is a digest of the configuration of every part, integrations included. It is taken at
        synthesis, from what Terraform is told, and not from what the provider reads back: the read-back may
        differ in form, and a redeployment for nothing would follow.
        """
        configurations = Tokenization.resolve(
            [part.to_terraform() for part in self._parts],
            scope=self,
            resolver=DefaultTokenResolver(StringConcat()),
            preparing=False,
        )
        digest = hashlib.sha256(json.dumps(configurations, sort_keys=True).encode()).hexdigest()
        dependencies: list[ITerraformDependable] = list(self._parts)
        deployment = ApiGatewayDeployment(
            self,
            "deployment",
            rest_api_id=self._api.id,
            triggers={"api": digest},
            depends_on=dependencies,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return deployment.id
