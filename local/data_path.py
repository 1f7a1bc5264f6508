"""The data path of the local AWS: what makes functions run when something happens.

moto keeps the state of every service, but runs functions in Docker, inside the request that caused them, once
and without retries. `start` puts Lambda's own behaviour in the place of that.
"""

import asyncio
import contextlib
import functools
import json
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.logs.models import LogStream
from moto.s3 import notifications
from moto.s3.models import S3Backend
from moto.sns.models import Subscription
from moto.sqs.models import Queue, SQSBackend, sqs_backends

from local.event_sources import log_subscriptions, moto_queues, s3, sns
from local.event_sources.sns import Mailbox
from local.event_sources.sqs import QueuePollers
from local.extensions.wrapping import replaced
from local.runtime import asynchronous, invoke_api, python_environment
from local.runtime.archives import Archives
from local.runtime.asynchronous import AsynchronousInvocations
from local.runtime.functions import Functions
from local.runtime.invocation import Invocation, Outcome
from local.runtime.layers import HostLayers

_T = TypeVar("_T")


class DataPath:
    """Runs functions, on an event loop in a thread of its own; made by `start`."""

    def __init__(self, functions: Functions, mailbox: Mailbox, retry_delays: tuple[float, ...]) -> None:
        self._functions = functions
        self._mailbox = mailbox
        self._asynchronous = AsynchronousInvocations(functions, retry_delays)
        self._pollers = QueuePollers(functions)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="data-path", daemon=True)
        self._replacements = contextlib.ExitStack()

    def invoke(self, function: Any, invocation: Invocation) -> Outcome:
        """Runs an invocation to its end; for any thread but the loop's own.

        Args:
            function: the `moto.awslambda.models.LambdaFunction`.
            invocation: the event.

        Returns:
            What came of it.

        Raises:
            local.runtime.invocation.ThrottledError: the function's reserved concurrency is used up.
            RuntimeError: called from the loop, which would wait for itself for ever.
        """
        return self._wait(self._functions.invoke(function, invocation))

    def submit(self, invocation: Invocation) -> None:
        """Takes an asynchronous invocation, from any thread.

        Args:
            invocation: the event and the ARN of its function.
        """
        self._loop.call_soon_threadsafe(self._asynchronous.submit, invocation)

    def stop(self) -> None:
        """Stops pollers and workers, drops events that wait, and gives moto its own ways back."""
        self._replacements.close()
        self._wait(self._pollers.stop())
        self._wait(self._asynchronous.stop())
        self._wait(self._functions.stop())
        self._wait(_cancel_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _start(self) -> None:
        self._thread.start()
        for owner, name, replacement in self._of_moto():
            self._replacements.enter_context(replaced(owner, name, replacement))

    def _of_moto(self) -> Iterator[tuple[Any, str, Any]]:
        """All that is replaced in moto."""
        yield LambdaResponse, "invoke", invoke_api.operation(self)
        yield (
            LambdaResponse,
            "_enrich_response",
            staticmethod(invoke_api.own_request_id(LambdaResponse._enrich_response)),
        )
        yield LambdaFunction, "invoke", _inline_invocation(self)
        yield LambdaSimpleBackend, "invoke", _backend_invocation(self)
        yield (
            LambdaBackend,
            "create_event_source_mapping",
            self._mapping_created(LambdaBackend.create_event_source_mapping),
        )
        for name in ("update_event_source_mapping", "delete_event_source_mapping"):
            yield LambdaBackend, name, self._mapping_changed(getattr(LambdaBackend, name))
        for name in ("update_function_code", "update_function_configuration"):
            yield LambdaBackend, name, self._function_changed(getattr(LambdaBackend, name))
        yield LambdaBackend, "delete_function", self._function_deleted(LambdaBackend.delete_function)
        yield SQSBackend, "receive_message", moto_queues.locked_receive(SQSBackend.receive_message)
        yield Queue, "delete_message", moto_queues.locked_delete(Queue.delete_message)
        yield Queue, "add_message", moto_queues.announced_add(Queue.add_message, self._wake)
        yield notifications, "_get_s3_event", s3.event
        yield notifications, "_invoke_awslambda", s3.invoking(self._send)
        yield S3Backend, "put_object", s3.announced_once(S3Backend.put_object)
        yield LogStream, "_send_log_events", log_subscriptions.filtered(LogStream._send_log_events)
        yield Subscription, "publish", sns.delivering(Subscription.publish, self._mailbox, self._send)

    def _send(self, function: Any, event: dict[str, Any]) -> None:
        self.submit(Invocation(json.dumps(event).encode(), function.function_arn))

    def _wake(self, queue_arn: str) -> None:
        self._loop.call_soon_threadsafe(self._pollers.wake, queue_arn)

    def _mapping_created(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def create(backend: Any, spec: dict[str, Any]) -> Any:
            mapping = original(backend, spec)
            _detach(mapping)
            if mapping.event_source_arn.split(":")[2] == "sqs":
                self._loop.call_soon_threadsafe(self._pollers.add, mapping)
            return mapping

        return create

    def _mapping_changed(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def change(backend: Any, *arguments: Any, **options: Any) -> Any:
            mapping = original(backend, *arguments, **options)
            if mapping is not None:
                self._wake(mapping.event_source_arn)
            return mapping

        return change

    def _function_changed(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def change(backend: Any, function_name: str, *arguments: Any, **options: Any) -> Any:
            result = original(backend, function_name, *arguments, **options)
            self._wait(self._functions.retire(backend.get_function(function_name).function_arn))
            return result

        return change

    def _function_deleted(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def delete(backend: Any, function_name: str, *arguments: Any, **options: Any) -> Any:
            arn = backend.get_function(function_name, *arguments, **options).function_arn
            result = original(backend, function_name, *arguments, **options)
            self._wait(self._functions.delete(arn))
            return result

        return delete

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the data path can't wait for itself")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def start(
    endpoint_url: str,
    layers: Path | None,
    work: Path,
    rds_certificate: Path | None = None,
    mailbox: Path | None = None,
    retry_delays: tuple[float, ...] = asynchronous.RETRY_DELAYS,
) -> DataPath:
    """Makes functions run, in the process of a moto server whose Lambda is configured without Docker.

    Args:
        endpoint_url: address of the local AWS; an IP address, so that S3 clients use path style.
        layers: folder with this machine's builds of layers (`<purpose>/python/…`), if there is one.
        work: folder for the interpreter's environment, unpacked code and temporary files.
        rds_certificate: certificate of the authority of the local databases, if there are any.
        mailbox: file for the mail of topics' e-mail subscribers; None for `mailbox` in the work folder.
        retry_delays: seconds before each retry of an asynchronous invocation.

    Returns:
        The running data path.
    """
    scratch = work / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # a server that was killed leaves it behind
    archives = Archives(work / "archives")
    functions = Functions(
        python=python_environment.create(work / "python"),
        layers=HostLayers(layers, archives),
        archives=archives,
        endpoint_url=endpoint_url,
        rds_certificate=rds_certificate,
        scratch=scratch,
    )
    data_path = DataPath(functions, Mailbox(mailbox or work / "mailbox"), retry_delays)
    data_path._start()
    return data_path


async def _cancel_rest() -> None:
    """Ends what still runs on the loop: invocations that callers wait for."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _inline_invocation(data_path: DataPath) -> Callable[..., bytes]:
    """What S3, SNS and log subscriptions call in moto: asynchronous invocations all of them."""

    def invoke(function: Any, body: str, _request_headers: Any, _response_headers: Any) -> bytes:
        data_path.submit(Invocation((body or "{}").encode(), function.function_arn))
        return b""

    return invoke


def _backend_invocation(data_path: DataPath) -> Callable[..., bytes]:
    """What moto's rotation of secrets calls: it waits for each step."""

    def invoke(
        backend: Any,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        function = backend.get_function(function_name, qualifier)
        outcome = data_path.invoke(function, Invocation((body or "{}").encode(), function.function_arn))
        if outcome.error_type is not None:
            response_headers["x-amz-function-error"] = "Unhandled"
        return outcome.payload

    return invoke


def _detach(mapping: Any) -> None:
    """Takes a mapping off its source, where moto would invoke the function within the call that adds data."""
    _, _, service, region, account, _ = mapping.event_source_arn.split(":", 5)
    sources: list[Any] = []
    if service == "sqs":
        sources = list(sqs_backends[account][region].queues.values())
    elif service == "kinesis":
        sources = list(kinesis_backends[account][region].streams.values())
    elif service == "dynamodb":
        sources = list(dynamodb_backends[account][region].tables.values())
    for source in sources:
        attached = source.lambda_event_source_mappings
        for key in [key for key, value in attached.items() if value is mapping]:
            del attached[key]
