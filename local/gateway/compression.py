"""Answers of a certain size are compressed for clients that accept it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
"""

import gzip

from werkzeug import Request, Response


def compress(request: Request, answer: Response, minimum: int | None) -> None:
    """Compresses an answer with gzip, unless it is encoded already.

    Args:
        request: says what the client accepts.
        answer: is changed.
        minimum: bytes from which on; None compresses nothing.
    """
    body = answer.get_data()
    if minimum is None or not body or len(body) < int(minimum) or "Content-Encoding" in answer.headers:
        return
    if request.accept_encodings.quality("gzip") > 0:
        answer.set_data(gzip.compress(body))
        answer.headers["Content-Encoding"] = "gzip"
