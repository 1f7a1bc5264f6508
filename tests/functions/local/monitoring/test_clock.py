import time
import urllib.error
import urllib.request

import pytest

from local.control_plane import CLOCK_PATH
from local.monitoring import clock
from tests.support.local_functions import LocalAws


def _post(aws: LocalAws, query: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{aws.endpoint_url}{CLOCK_PATH}{query}", method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_clock_is_moved_ahead_over_http(aws: LocalAws) -> None:
    before = clock.now()
    status, text = _post(aws, "?advance=90")
    assert status == 200
    assert 90 <= float(text) - before < 95
    assert 90 <= clock.now() - before < 95


def test_a_log_event_of_now_is_of_the_clocks_now_even_if_it_was_advanced() -> None:
    clock.advance(600)
    assert clock.of_log_event(int(time.time() * 1000)) == pytest.approx(clock.now(), abs=1)


@pytest.mark.parametrize("query", ["", "?advance=soon", "?advance=-5"])
def test_anything_else_moves_nothing(aws: LocalAws, query: str) -> None:
    ahead = clock.now() - time.time()
    assert _post(aws, query)[0] == 400
    assert clock.now() - time.time() == pytest.approx(ahead, abs=1)
