"""What a request to the local AWS asks for, whatever protocol it came in."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

_CREDENTIAL = re.compile(r"(?P<key>[^/=\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_OLD_CREDENTIAL = re.compile(r"(?:^AWS |(?:^|&)AWSAccessKeyId=|^awsaccesskeyid=)(?P<key>[^&:=\s]+)")
_FORM = "multipart/form-data"
_SERVICES = {"monitoring": "cloudwatch"}  # where requests are signed with another name than botocore's


@dataclass(frozen=True)
class Credential:
    """Who signed a request, where and for which service. Signatures themselves are not checked.

    Attributes:
        access_key_id: id of the key.
        region: the region that is asked, `aws:RequestedRegion`.
        service: the service by botocore's name.
        old: whether it is one of signature version 2, which names neither region nor service.
    """

    access_key_id: str
    region: str
    service: str
    old: bool = False


@dataclass(frozen=True)
class Call:
    """An operation of a service's API.

    Attributes:
        service: the service by botocore's name.
        operation: name of the operation, `PutObject`; `PostObject` for the upload by a browser's form.
        parameters: its parameters, as boto3 names them. The body of an object is left out.
        region: where.
        account_id: in whose account.
        partition: of AWS.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    account_id: str
    partition: str = "aws"

    def arn(self, resource: str, service: str | None = None) -> str:
        """ARN of a resource in the call's region and account."""
        return f"arn:{self.partition}:{service or self.service}:{self.region}:{self.account_id}:{resource}"


class UnknownCallError(Exception):
    """A request that no operation of its service has."""


def credential(environ: dict[str, Any]) -> Credential | None:
    """Who signed a request: by header, in the address, or in the fields of a form.

    Args:
        environ: WSGI environment; a form's body is read and put back.

    Returns:
        The credential; None for an anonymous request.
    """
    places = [environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", "").replace("%2F", "/")]
    if environ.get("CONTENT_TYPE", "").startswith(_FORM):
        fields = {name.lower(): value for name, value in _request(environ).form.items()}
        places.append(fields.get("x-amz-credential", ""))
        places.append(f"awsaccesskeyid={fields.get('awsaccesskeyid', '')}")
    for place in places:
        match = _CREDENTIAL.search(place)
        if match:
            service = match["service"]
            return Credential(match["key"], match["region"], _SERVICES.get(service, service))
        old = _OLD_CREDENTIAL.search(place)
        if old:
            return Credential(old["key"], region="", service="s3", old=True)
    return None


def read(environ: dict[str, Any], credential: Credential, account_id: str) -> Call:
    """Reads a request; its body can be read again afterwards.

    Args:
        environ: WSGI environment.
        credential: who signed it.
        account_id: the account of whoever did.

    Returns:
        The call.

    Raises:
        UnknownCallError: the service has no such operation.
    """
    service, region = credential.service, credential.region
    form = service == "s3" and environ.get("CONTENT_TYPE", "").startswith(_FORM)
    # An object's content may be large, and nothing in it decides
    has_content = service == "s3" and environ["REQUEST_METHOD"] != "POST"
    if has_content:
        request = Request(dict(environ, **{"wsgi.input": io.BytesIO()}))
    else:
        request = _request(environ, **_whole_target(environ, service))
    if form:
        parameters = {"Bucket": request.path.strip("/"), "Key": request.form["key"]}
        return Call(service, "PostObject", parameters, region, account_id)
    try:
        operation, in_path = get_service_router(service).match(request)
    except (NotFound, NotImplementedError, KeyError) as error:
        raise UnknownCallError(f"{service}: {request.method} {request.path}") from error
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    parameters = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": b"" if has_content else request.get_data(),
            "url_path": request.path,
            "url_params": in_path,
        }
    )
    return Call(service, str(operation.name), parameters, region, account_id)


def _whole_target(environ: dict[str, Any], service: str) -> dict[str, str]:
    """The target as botocore writes it: some SDKs leave out parts of CloudTrail's prefix."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target is None:
        return {}
    prefix = get_service_model(service).metadata.get("targetPrefix")
    return {"HTTP_X_AMZ_TARGET": f"{prefix}.{target.rpartition('.')[2]}"}


def _request(environ: dict[str, Any], **headers: str) -> Request:
    """The request with all of its body, which stays there for whoever reads it next."""
    body = environ["wsgi.input"]
    if not isinstance(body, io.BytesIO):
        body = io.BytesIO(body.read(int(environ.get("CONTENT_LENGTH") or 0)))
        environ["wsgi.input"] = body
    return Request({**environ, **headers, "wsgi.input": io.BytesIO(body.getvalue())})
