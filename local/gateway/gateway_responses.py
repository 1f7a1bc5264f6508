"""How the gateway words its own errors: the API's gateway responses, or AWS's defaults.

Templates know variables only, no logic.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

import json

from werkzeug import Response

from local.gateway.context import Variables, substitute
from local.gateway.deployments import Definition
from local.gateway.errors import Refusal

_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
_HEADER = "gatewayresponse.header."


def render(refusal: Refusal, definition: Definition, variables: Variables) -> Response:
    """Words an error.

    Args:
        refusal: the error.
        definition: the API, whose response for the error's type goes before the one for its class.
        variables: gain what is known of the error.

    Returns:
        The HTTP answer.
    """
    variables["error.message"] = refusal.message
    variables["error.messageString"] = json.dumps(refusal.message)
    variables["error.responseType"] = refusal.response_type
    responses = definition.gateway_responses
    own = responses.get(refusal.response_type)
    response = own or responses.get(f"DEFAULT_{refusal.status // 100}XX")
    templates = (response.response_templates if response else None) or {}
    body = substitute(templates.get("application/json", _DEFAULT_TEMPLATE), variables, missing="")
    answer = Response(body, refusal.status, content_type="application/json")
    if response and response.status_code:
        answer.status_code = int(response.status_code)
    answer.headers["x-amzn-ErrorType"] = refusal.error_type
    for name, value in ((response.response_parameters if response else None) or {}).items():
        # 'static' values are quoted; one taken from the request is not served here
        if name.startswith(_HEADER) and value.startswith("'"):
            answer.headers[name.removeprefix(_HEADER)] = value[1:-1]
    return answer
