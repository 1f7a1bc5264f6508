"""Request validation: required parameters, and the body by its model.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # has no types
from werkzeug import Request

from local.gateway.deployments import Definition
from local.gateway.errors import BAD_BODY, RefusedError, bad_parameters
from local.gateway.routing import Match

_DEFAULT_MEDIA_TYPE = "application/json"


def check(request: Request, match: Match, definition: Definition) -> None:
    """Checks a request as its method's validator says; a method without one takes anything.

    Raises:
        RefusedError: parameters are missing or the body does not fit.
    """
    validator = definition.validators.get(match.method.request_validator_id)
    if validator is None:
        return
    if validator.validate_request_parameters:
        _check_parameters(request, match)
    if validator.validate_request_body:
        _check_body(request, match.method.request_models or {}, definition.models)


def _check_parameters(request: Request, match: Match) -> None:
    given: dict[str, Any] = {
        "path": match.parameters,
        "querystring": request.args,
        "header": request.headers,  # names in any case
    }
    missing = []
    for parameter, required in (match.method.request_parameters or {}).items():
        # AWS counts an empty value as missing
        _, _, place, name = parameter.split(".", 3)
        if required and not given[place].get(name):
            missing.append(name)
    if missing:
        raise RefusedError(bad_parameters(missing))


def _check_body(request: Request, names: Mapping[str, str], models: Mapping[str, Any]) -> None:
    model = models.get(names.get(request.mimetype or _DEFAULT_MEDIA_TYPE, ""))
    if model is None:
        return  # a content type without a model is not validated
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise RefusedError(BAD_BODY) from error
    if not Draft4Validator(json.loads(model.schema)).is_valid(body):
        raise RefusedError(BAD_BODY)
