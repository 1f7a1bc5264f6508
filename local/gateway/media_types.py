"""Which content types an API has declared as binary.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
"""

from collections.abc import Iterable


def matches(binary: Iterable[str], media_type: str) -> bool:
    """Tells whether a type is one of an API's binary media types, where `*/*` stands for all."""
    return any(one in ("*/*", media_type) for one in binary)
