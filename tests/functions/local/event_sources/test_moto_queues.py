"""moto's queues between a sender, a receiver and a deleter."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from local.event_sources import moto_queues
from tests.support.local_functions import ACCOUNT, REGION


@pytest.fixture
def queue() -> Queue:
    """A queue with one message, without a running local AWS."""
    backend = sqs_backends[ACCOUNT][REGION]
    created = backend.create_queue("queue-of-threads", {})
    created._messages.clear()
    backend.send_message(created.name, "first")
    return created


class Interruption:
    """Lets another thread have its say once, at a chosen moment."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._thread = threading.Thread(target=work)

    def happen(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(0.2)

    def end(self) -> None:
        self._thread.join()


def test_a_message_that_is_sent_during_a_deletion_stays(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = sqs_backends[ACCOUNT][REGION]
    (received,) = backend.receive_message(queue.name, 1, 0, 30)
    sender = Interruption(lambda: backend.send_message(queue.name, "second"))

    def replace(interrupted: Queue, messages: list[Any]) -> None:
        """The deletion has made its new list, and puts it in the old one's place."""
        sender.happen()
        vars(interrupted)["_messages"] = messages

    with monkeypatch.context() as patch:
        watched = property(lambda interrupted: vars(interrupted)["_messages"], replace)
        patch.setattr(Queue, "_messages", watched, raising=False)
        moto_queues.locked_delete(Queue.delete_message)(queue, received.receipt_handle)
        sender.end()
    assert [message.body for message in queue._messages] == ["second"]


def test_a_message_has_one_receiver(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = sqs_backends[ACCOUNT][REGION]
    receive = moto_queues.locked_receive(SQSBackend.receive_message)
    received: list[Any] = []
    other = Interruption(lambda: received.extend(receive(backend, queue.name, 1, 0, 30)))
    (message,) = queue._messages
    mark = message.mark_received

    def mark_received(**options: Any) -> None:
        """The receiver has chosen the message, and marks it as in flight."""
        other.happen()
        mark(**options)

    monkeypatch.setattr(message, "mark_received", mark_received)
    received.extend(receive(backend, queue.name, 1, 0, 30))
    other.end()
    assert [message.body for message in received] == ["first"]


def test_a_receiver_that_waits_lets_senders_in(queue: Queue) -> None:
    backend = sqs_backends[ACCOUNT][REGION]
    queue._messages.clear()
    sender = threading.Timer(0.2, lambda: backend.send_message(queue.name, "late"))
    sender.start()
    received = moto_queues.locked_receive(SQSBackend.receive_message)(backend, queue.name, 1, 5, 30)
    assert [message.body for message in received] == ["late"]
    sender.join()
