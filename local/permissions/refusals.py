"""How each service says that access is denied."""

import json
import uuid
from xml.sax.saxutils import escape

from botocore.model import ServiceModel
from moto.core.utils import get_service_model

from local.permissions.evaluation import Access

Response = tuple[str, list[tuple[str, str]], bytes]
"""Status, headers, body."""

_CODES = {"sns": "AuthorizationError", "sqs": "AccessDenied"}
_CODES_OF_PROTOCOLS = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}
_KEY_CODES = {"sns": "KMSAccessDenied", "sqs": "KMS.AccessDeniedException"}
"""Of services that have an error of its own for a key that may not be used."""


def response(service: str, access: Access | None, message: str) -> Response:
    """The answer to a request that is refused.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

    Args:
        service: the service by botocore's name.
        access: what was refused; None for a request that nobody could read.
        message: what the caller is told.

    Returns:
        The answer in the service's protocol.
    """
    of_key = access is not None and access.action.startswith("kms:")
    protocol = _protocol(service)
    code = _CODES.get(service) or _CODES_OF_PROTOCOLS.get(protocol, "AccessDeniedException")
    if of_key:
        code = _KEY_CODES.get(service, code)
    if protocol == "rest-xml":
        return _xml(f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>")
    if protocol == "ec2":
        return _xml(
            f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{uuid.uuid4()}</RequestID></Response>"
        )
    if protocol == "query":
        return _xml(
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        )
    status = "403 Forbidden" if protocol == "rest-json" or service == "sqs" else "400 Bad Request"
    headers = [
        ("Content-Type", "application/x-amz-json-1.0"),
        ("x-amzn-errortype", code),
        # SQS spoke another protocol once; its clients still know the error by that protocol's name
        ("x-amzn-query-error", f"{code};Sender"),
    ]
    return status, headers, json.dumps({"__type": code, "message": message}).encode()


def old_signature() -> Response:
    """The answer to a request with a signature of version 2.

    boto3 still makes them for pre-signed uploads in the oldest regions, unless it is told not to. S3 takes
    none for what is encrypted with a key of KMS, nor in newer regions.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    message = (
        "Requests specifying Server Side Encryption with AWS KMS managed keys require"
        " AWS Signature Version 4."
    )
    _, headers, body = _xml(f"<Error><Code>InvalidArgument</Code><Message>{message}</Message></Error>")
    return "400 Bad Request", headers, body


def _protocol(service: str) -> str:
    model: ServiceModel = get_service_model(service)
    return str(model.metadata["protocol"])


def _xml(text: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    return "403 Forbidden", [("Content-Type", "text/xml")], body
