"""The Lambda proxy integration: which function, and how long the gateway waits for it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from werkzeug import Request, Response

from local.gateway import media_types, proxy_answer, proxy_event
from local.gateway.context import Variables
from local.gateway.deployments import Served
from local.gateway.errors import MISCONFIGURED, TIMED_OUT, RefusedError
from local.gateway.routing import Match
from local.runtime import resource_policy
from local.runtime.invocation import ThrottledError

_DEFAULT_TIMEOUT_MS = 29_000
_FUNCTION = re.compile(r"/functions/(arn:[^/]+)/invocations$")
_PARAMETER = re.compile(r"\{[^}]+\}")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


class Proxy:
    """Invokes functions, as many at once as there are requests."""

    def __init__(self) -> None:
        # A function that takes longer than the gateway waits goes on in its thread, as in AWS.
        self._threads = ThreadPoolExecutor(max_workers=256, thread_name_prefix="gateway")

    def answer(
        self, request: Request, served: Served, match: Match, path: str, variables: Variables
    ) -> Response:
        """Lets the function behind a method answer.

        Raises:
            RefusedError: no such function, no answer in time, an error, or an answer in another form.
        """
        integration = match.method.method_integration
        arn = _function_arn(integration.uri, served.stage.variables)
        event = proxy_event.build(request, served, match, path, variables)
        if not _may_invoke(arn, served, match):
            variables["integrationErrorMessage"] = "Invalid permissions on Lambda function"
            raise RefusedError(MISCONFIGURED)
        running = self._threads.submit(_invoke, arn, json.dumps(event))
        try:
            payload = running.result(int(integration.timeout_in_millis or _DEFAULT_TIMEOUT_MS) / 1000)
        except TimeoutError:
            raise RefusedError(TIMED_OUT) from None
        except (UnknownFunctionException, ThrottledError) as error:
            variables["integrationErrorMessage"] = str(error)
            raise RefusedError(MISCONFIGURED) from error
        accepted = request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip()
        return proxy_answer.read(payload, media_types.matches(served.definition.binary_media_types, accepted))


def _function_arn(uri: str, stage_variables: dict[str, str]) -> str:
    resolved = _STAGE_VARIABLE.sub(lambda found: stage_variables.get(found[1], ""), uri)
    found = _FUNCTION.search(resolved)
    if not found:
        raise RefusedError(MISCONFIGURED)
    return found[1]


def _may_invoke(arn: str, served: Served, match: Match) -> bool:
    """Whether the function's resource policy lets this method invoke it; a function that is gone may."""
    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    try:
        function = get_backend(account, region).get_function(name, qualifier[0] if qualifier else None)
    except UnknownFunctionException:
        return True
    api = f"arn:aws:execute-api:{served.backend.region_name}:{served.backend.account_id}:{served.api_id}"
    # a path parameter counts as it stands in the resource, and ANY for the method that declares it
    path = _PARAMETER.sub("*", match.resource.path)
    source = f"{api}/{served.stage.name}/{match.method.http_method}{path}"
    return resource_policy.allows(function, ["apigateway.amazonaws.com"], source, served.backend.account_id)


def _invoke(arn: str, event: str) -> bytes:
    """Invokes a function and waits for it, by the way that moto's own callers take."""
    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    # An error's description is an answer in another form than the proxy's, and is refused as such.
    payload: bytes = get_backend(account, region).invoke(
        name, qualifier[0] if qualifier else None, event, {}, {}
    )
    return payload
