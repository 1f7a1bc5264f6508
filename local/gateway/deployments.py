"""What a stage serves: the API as it was when it was deployed.

moto 5.2.5 keeps a deployment's id only. A stage of AWS does not change with the API: what was not deployed
again is not served.
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.apigateway.models import RestAPI, apigateway_backends

from local.extensions.wrapping import wrap


@dataclass(frozen=True)
class Resource:
    """A path of a deployed API.

    Attributes:
        id: the resource's id.
        path: its template, `/v1/bars/{symbol}`.
        methods: `moto.apigateway.models.Method` by HTTP method; `ANY` stands for those that are not named.
    """

    id: str
    path: str
    methods: Mapping[str, Any]


@dataclass(frozen=True)
class Definition:
    """A deployed API.

    Attributes:
        resources: its paths.
        models: moto's models by name.
        validators: moto's request validators by id.
        gateway_responses: moto's gateway responses by type.
        binary_media_types: content types whose bodies are bytes.
        minimum_compression: bytes from which on answers are compressed; None for never.
    """

    resources: tuple[Resource, ...]
    models: Mapping[str, Any]
    validators: Mapping[str, Any]
    gateway_responses: Mapping[str, Any]
    binary_media_types: tuple[str, ...]
    minimum_compression: int | None


@dataclass(frozen=True)
class Served:
    """A stage and what it serves.

    Attributes:
        backend: moto's API Gateway of the account and region, which has keys and plans.
        api_id: the API.
        stage: `moto.apigateway.models.Stage`.
        definition: the API as deployed.
    """

    backend: Any
    api_id: str
    stage: Any
    definition: Definition


@functools.cache
def register() -> None:
    """Makes moto's deployments keep the API, once."""
    wrap(RestAPI, "create_deployment", _deploy)


def find(api_id: str, stage_name: str) -> Served | None:
    """Finds a stage in any account and region, as the API's id alone names the host in AWS."""
    for account in list(apigateway_backends.values()):
        for backend in list(account.values()):
            api = backend.apis.get(api_id)
            stage = api.stages.get(stage_name) if api else None
            deployment = api.deployments.get(stage.deployment_id) if stage else None
            if deployment is not None:
                return Served(backend, api_id, stage, deployment.definition)
    return None


def _deploy(original: Callable[..., Any], api: Any, *arguments: Any, **options: Any) -> Any:
    deployment = original(api, *arguments, **options)
    deployment.definition = Definition(
        resources=tuple(
            Resource(one.id, one.get_path(), copy.deepcopy(one.resource_methods))
            for one in api.resources.values()
        ),
        models=copy.deepcopy(api.models),
        validators=copy.deepcopy(api.request_validators),
        gateway_responses=copy.deepcopy(api.gateway_responses),
        binary_media_types=tuple(api.binaryMediaTypes or ()),
        minimum_compression=api.minimum_compression_size,
    )
    return deployment
