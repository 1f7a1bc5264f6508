"""CORS for the dashboard's origins: preflight answers without an invocation, headers on errors (API-1)."""

from collections.abc import Sequence

ALLOWED_HEADERS = "Content-Type,If-None-Match,X-Api-Key,Authorization,X-Amz-Date,X-Amz-Security-Token"
"""Headers that the dashboard may send; the last three are for signed requests."""

MAX_AGE_SECONDS = "600"


def preflight_template(origins: Sequence[str]) -> str:
    """Return the mapping template that answers a preflight request.

    A mock integration's header is one fixed value. The template overrides it with the origin that asks,
    where that is one of the dashboard's, so that several origins work and no other is ever told yes.
    """
    allowed = ",".join(f'"{origin}"' for origin in origins)
    return (
        f"#set($allowed = [{allowed}])\n"
        '#set($origin = $input.params("Origin"))\n'
        "#if($allowed.contains($origin))\n"
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n"
        "#end\n"
    )


def preflight_headers(origins: Sequence[str], methods: Sequence[str]) -> dict[str, str]:
    """Return the headers of a preflight answer, as API Gateway's response parameters."""
    return {
        "method.response.header.Access-Control-Allow-Origin": f"'{origins[0]}'",
        "method.response.header.Access-Control-Allow-Methods": f"'{','.join([*methods, 'OPTIONS'])}'",
        "method.response.header.Access-Control-Allow-Headers": f"'{ALLOWED_HEADERS}'",
        "method.response.header.Access-Control-Max-Age": f"'{MAX_AGE_SECONDS}'",
        "method.response.header.Vary": "'Origin'",
    }


def error_headers(origins: Sequence[str]) -> dict[str, str]:
    """Return the headers of the gateway's own errors.

    A gateway response knows no template, so the first origin, the dashboard's main one, is what it names.
    """
    return {
        "gatewayresponse.header.Access-Control-Allow-Origin": f"'{origins[0]}'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After'",
        "gatewayresponse.header.Vary": "'Origin'",
    }
