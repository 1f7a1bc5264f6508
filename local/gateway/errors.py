"""Errors that API Gateway itself answers with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """What the gateway says in the place of an answer.

    Attributes:
        response_type: the gateway response that describes it.
        status: HTTP status, unless the API's gateway response has one of its own.
        error_type: header `x-amzn-ErrorType`.
        message: `$context.error.message`.
    """

    response_type: str
    status: int
    error_type: str
    message: str


class RefusedError(Exception):
    """A request that never got to its integration, or to which that gave no proper answer.

    Attributes:
        refusal: what the client is told.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


FORBIDDEN_STAGE = Refusal("ACCESS_DENIED", 403, "ForbiddenException", "Forbidden")
MISSING_TOKEN = Refusal(
    "MISSING_AUTHENTICATION_TOKEN",
    403,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)
INVALID_KEY = Refusal("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden")
THROTTLED = Refusal("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests")
QUOTA_EXCEEDED = Refusal("QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded")
BAD_BODY = Refusal("BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body")
TOO_LARGE = Refusal("REQUEST_TOO_LARGE", 413, "RequestEntityTooLargeException", "Request Entity Too Large")
TIMED_OUT = Refusal("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out")
MISCONFIGURED = Refusal(
    "API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error"
)
MALFORMED_ANSWER = Refusal("DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error")
"""A function's error, or an answer in another form than the proxy's; AWS names no response type for it."""


def bad_parameters(names: list[str]) -> Refusal:
    """Required parameters are missing."""
    message = f"Missing required request parameters: [{', '.join(names)}]"
    return Refusal("BAD_REQUEST_PARAMETERS", 400, "BadRequestException", message)
