"""All functions that are warm: which worker runs an invocation, and how many may run at once."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any
from weakref import WeakSet

from moto.awslambda.utils import get_backend

from local.runtime import invocation_metrics, platform_log
from local.runtime.archives import Archives
from local.runtime.function import FunctionConfiguration
from local.runtime.invocation import Invocation, Outcome, ThrottledError
from local.runtime.layers import HostLayers, LayerForAnotherMachineError, python_paths
from local.runtime.log_stream import LogStream
from local.runtime.worker import Installation, Worker

_WORKERS_OF_A_FUNCTION = 16
"""What this machine bears. AWS has 1000 for an account; here an invocation above it waits."""


class _Pool:
    """The workers of one function version with one configuration."""

    def __init__(self, function: FunctionConfiguration, installation: Installation) -> None:
        self.function = function
        self._installation = installation
        self._slots = asyncio.Semaphore(_WORKERS_OF_A_FUNCTION)
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._retired = False

    async def invoke(self, invocation: Invocation) -> Outcome:
        async with self._slots:
            worker = self._take()
            try:
                outcome = await worker.invoke(invocation)
            except BaseException:  # cancelled, or the process could not be started
                self._workers.discard(worker)
                await worker.stop()
                raise
            await self._put_back(worker)
            return outcome

    def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            self._workers.discard(worker)
        worker = Worker(self.function, self._installation)
        self._workers.add(worker)
        return worker

    async def _put_back(self, worker: Worker) -> None:
        if worker.alive and not self._retired:
            self._idle.append(worker)
        else:
            self._workers.discard(worker)
            await worker.stop()

    async def retire(self) -> None:
        """Lets invocations that run finish, and stops each worker after that."""
        self._retired = True
        idle, self._idle = self._idle, []
        self._workers.difference_update(idle)
        await asyncio.gather(*(worker.stop() for worker in idle))

    async def stop(self) -> None:
        """Stops every worker at once."""
        self._retired = True
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        self._workers.clear()


class Functions:
    """Runs functions; belongs to one event loop.

    Args:
        python: interpreter of the workers.
        layers: where layers lie.
        archives: unpacks code.
        endpoint_url: address of the local AWS.
        scratch: folder for the workers' temporary files.
    """

    def __init__(
        self,
        python: Path,
        layers: HostLayers,
        archives: Archives,
        endpoint_url: str,
        scratch: Path,
        rds_certificate: Path | None = None,
    ) -> None:
        self._python = python
        self._layers = layers
        self._archives = archives
        self._endpoint_url = endpoint_url
        self._scratch = scratch
        self._rds_certificate = rds_certificate
        self._pools: dict[str, _Pool] = {}
        self._alive: WeakSet[_Pool] = WeakSet()  # with those that were retired while an invocation ran
        self._running: Counter[str] = Counter()

    async def invoke(self, function: Any, invocation: Invocation) -> Outcome:
        """Runs one invocation and waits for its end.

        Args:
            function: the `moto.awslambda.models.LambdaFunction` to run.
            invocation: the event.

        Returns:
            What came of it.

        Raises:
            ThrottledError: the function's reserved concurrency is used up.
        """
        account = get_backend(function.account_id, function.region)
        reserved = account.get_function(function.function_name).reserved_concurrency
        key = f"{function.account_id}:{function.region}:{function.function_name}"
        if reserved is not None and self._running[key] >= int(reserved):
            invocation_metrics.put_throttled(function, invocation)
            raise ThrottledError(function.function_arn)
        self._running[key] += 1
        invocation_metrics.put_concurrency(function, invocation, self._running[key])
        try:
            configuration = FunctionConfiguration.of(function)
            try:
                pool = await self._pool(function, configuration)
            except LayerForAnotherMachineError as error:
                outcome = _not_started(configuration, invocation, error)
            else:
                outcome = await pool.invoke(invocation)
            invocation_metrics.put_outcome(function, invocation, outcome)
            return outcome
        finally:
            self._running[key] -= 1

    async def retire(self, function_arn: str) -> None:
        """Ends the workers of a function that was changed, as soon as each is idle.

        Args:
            function_arn: ARN of the function or of a version.
        """
        pool = self._pools.pop(function_arn, None)
        if pool is not None:
            await pool.retire()

    async def delete(self, function_arn: str) -> None:
        """Stops the workers of a function that was deleted, and of its versions.

        Args:
            function_arn: ARN of the function.
        """
        belongs = [
            pool
            for pool in self._alive
            if pool.function.arn.startswith(f"{function_arn}:") or pool.function.arn == function_arn
        ]
        for pool in belongs:
            self._pools.pop(pool.function.arn, None)
        await asyncio.gather(*(pool.stop() for pool in belongs))

    async def stop(self) -> None:
        """Stops every worker."""
        alive = list(self._alive)
        self._pools.clear()
        await asyncio.gather(*(pool.stop() for pool in alive))

    async def _pool(self, function: Any, configuration: FunctionConfiguration) -> _Pool:
        pool = self._pools.get(configuration.arn)
        if pool is not None and pool.function == configuration:
            return pool
        installation = await asyncio.to_thread(self._install, function, configuration)
        pool = self._pools.get(configuration.arn)  # another invocation may have been faster
        if pool is not None and pool.function == configuration:
            return pool
        await self.retire(configuration.arn)
        pool = self._pools[configuration.arn] = _Pool(configuration, installation)
        self._alive.add(pool)
        return pool

    def _install(self, function: Any, configuration: FunctionConfiguration) -> Installation:
        account = get_backend(function.account_id, function.region)
        versions = [account.layers_versions_by_arn(arn) for arn in configuration.layer_arns]
        layers = [self._layers.folder(version.name, version.code_bytes) for version in versions]
        return Installation(
            python=self._python,
            code=self._archives.unpack(function.code_bytes),
            python_path=tuple(python_paths(layers)),
            endpoint_url=self._endpoint_url,
            scratch=self._scratch,
            rds_certificate=self._rds_certificate,
        )


def _not_started(
    configuration: FunctionConfiguration, invocation: Invocation, error: LayerForAnotherMachineError
) -> Outcome:
    """The outcome of a function that can't be started on this machine, told in its log as well."""
    error_type = "Runtime.LayerForAnotherMachine"
    log = LogStream(configuration)
    log.write_lines(
        [*platform_log.start(configuration, invocation.request_id), f"[ERROR] {error_type}: {error}"]
    )
    return Outcome(
        payload=json.dumps({"errorType": error_type, "errorMessage": str(error)}).encode(),
        request_id=invocation.request_id,
        executed_version=configuration.version,
        error_type=error_type,
        log_tail=log.tail(),
    )
