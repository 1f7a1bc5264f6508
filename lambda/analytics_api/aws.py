"""Failures of AWS services that are not ours, and not the caller's either."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from analytics_api.problems import UnavailableError


@contextmanager
def availability(metric: str) -> Iterator[None]:
    """Tell a service that is away or throttles from a fault of ours, such as a permission that lacks.

    Raises:
        UnavailableError: The service answered with a 5xx or throttled, or not at all, after boto3's retries.
    """
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status < 500 and error.response["Error"]["Code"] not in _THROTTLED:
            raise
        raise UnavailableError(metric) from error
    except BotoCoreError as error:
        raise UnavailableError(metric) from error


_THROTTLED = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
