"""Where REST APIs are served: in AWS the API's id is part of the host's name, here it is part of the path."""

PATH = "/_aws/execute-api/"


def url(endpoint_url: str, api_id: str, stage_name: str) -> str:
    """The local address of a stage, to which paths (`/v1/bars/IBM`) are added."""
    return f"{endpoint_url}{PATH}{api_id}/{stage_name}"
