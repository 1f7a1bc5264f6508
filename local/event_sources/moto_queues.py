"""moto's queues under several threads.

moto 5.2.5 rebuilds a queue's list of messages without its lock when one is deleted, so that a message sent at
that moment is lost, and two receivers may get the same message. A poller at work while objects arrive meets
both.
"""

from collections.abc import Callable
from typing import Any

from local.monitoring import clock


def locked_delete(original: Callable[..., None]) -> Callable[..., None]:
    """Wraps `Queue.delete_message` in the queue's lock."""

    def delete_message(queue: Any, receipt_handle: str) -> None:
        with queue._messages_lock:
            original(queue, receipt_handle)

    return delete_message


def locked_receive(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Wraps `SQSBackend.receive_message` in the queue's lock; waiting for messages releases it."""

    def receive_message(backend: Any, queue_name: str, *arguments: Any, **options: Any) -> list[Any]:
        with backend.get_queue(queue_name)._messages_lock:
            return original(backend, queue_name, *arguments, **options)

    return receive_message


def announced_add(original: Callable[..., None], announce: Callable[[str], None]) -> Callable[..., None]:
    """Wraps `Queue.add_message`: pollers hear of a new message, and it knows since when it is there.

    Args:
        original: moto's method.
        announce: gets the queue's ARN.

    Returns:
        The wrapped method.
    """

    def add_message(queue: Any, message: Any) -> None:
        message.added_at = clock.now()
        original(queue, message)
        announce(queue.queue_arn)

    return add_message
