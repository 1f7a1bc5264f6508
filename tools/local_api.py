"""The API of a stack in the local AWS, called over HTTP with a key as its clients call it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import boto3

from local.gateway import address
from tools.errors import ToolError

NEW_YORK = ZoneInfo("America/New_York")
TIMEOUT_SECONDS = 60

_INVOKE_URL = re.compile(r"https://(?P<api>[^.]+)\.execute-api\.[^/]+/(?P<stage>[^/]+)$")


class ApiError(ToolError):
    """The API answered otherwise than it should; the text is its answer."""


@dataclass(frozen=True)
class Answer:
    """What came over HTTP.

    Attributes:
        status: the status.
        headers: the headers.
        body: the content, read as JSON; None where there is none.
    """

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class LocalApi:
    """A deployed API.

    Attributes:
        url: address of its stage in the local AWS.
        keys: value of each client's API key.
    """

    url: str
    keys: Mapping[str, str]

    @classmethod
    def find(cls, endpoint: str, outputs: Mapping[str, Any]) -> "LocalApi":
        """Finds it by a stack's outputs: its address in AWS, and the ids of its keys."""
        known = _INVOKE_URL.match(outputs["api_url"])
        if known is None:
            raise ToolError(f"the output api_url is no address of a stage: {outputs['api_url']}")
        gateway = boto3.client("apigateway", endpoint_url=endpoint)
        keys = {
            client: gateway.get_api_key(apiKey=key_id, includeValue=True)["value"]
            for client, key_id in outputs["api_key_ids"].items()
        }
        return cls(address.url(endpoint, known["api"], known["stage"]), keys)

    @property
    def key(self) -> str:
        """The first client's key."""
        return next(iter(self.keys.values()))

    def request(
        self, method: str, path: str, *, key: str | None = None, body: Any = None, **query: str
    ) -> Answer:
        """Sends a request.

        Args:
            method: `GET` and the like.
            path: after the stage, `/v1/bars/IBM`.
            key: the API key; None sends none.
            body: sent as JSON; None sends none.
            query: the parameters; a name that Python reserves ends in an underscore.
        """
        parameters = urlencode({name.rstrip("_"): value for name, value in query.items()})
        request = Request(  # noqa: S310 - the local AWS's own address
            f"{self.url}{quote(path)}{'?' if parameters else ''}{parameters}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} | ({} if key is None else {"x-api-key": key}),
        )
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return Answer(answer.status, dict(answer.headers), json.loads(answer.read() or b"null"))
        except HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), json.loads(error.read() or b"null"))

    def bars(self, symbol: str, day: date, interval: str) -> list[dict[str, Any]]:
        """All bars of a symbol on a day in New York, page after page.

        Raises:
            ApiError: the API does not answer with them.
        """
        return [bar for page in self._pages(symbol, day, interval) for bar in page["bars"]]

    def analytics(self, symbol: str, day: date) -> dict[str, Any]:
        """The analytics of a symbol on a day.

        Raises:
            ApiError: the API does not answer with them.
        """
        found: dict[str, Any] = self._expect(f"/v1/analytics/{symbol}", date=day.isoformat())
        return found

    def _pages(self, symbol: str, day: date, interval: str) -> Iterator[Any]:
        begin, end = (_midnight(one) for one in (day, day + timedelta(days=1)))
        query = {"interval": interval, "from_": begin, "to": end}
        while True:
            page = self._expect(f"/v1/bars/{symbol}", **query)
            yield page
            if "next" not in page:
                return
            query["cursor"] = page["next"]

    def _expect(self, path: str, **query: str) -> Any:
        answer = self.request("GET", path, key=self.key, **query)
        if answer.status != 200:
            raise ApiError(f"GET {path} was answered with {answer.status}: {json.dumps(answer.body)}")
        return answer.body


def _midnight(day: date) -> str:
    begin = datetime.combine(day, time(), NEW_YORK).astimezone(UTC)
    return begin.isoformat().replace("+00:00", "Z")
