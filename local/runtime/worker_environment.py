"""The environment variables of a worker, built from nothing: none of the server's own reach a function."""

import os
from collections.abc import Iterable
from pathlib import Path

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from local.runtime.function import FunctionConfiguration

_SESSION_SECONDS = 43200


def build(
    function: FunctionConfiguration,
    *,
    endpoint_url: str,
    rds_certificate: Path | None,
    runtime_api: str,
    log_stream: str,
    code: Path,
    python_path: Iterable[Path],
    temporary: Path,
) -> dict[str, str]:
    """Builds the environment as Lambda defines it, pointed at the local AWS.

    `HOME` is missing because Lambda sets none.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime

    Args:
        function: what the worker runs.
        endpoint_url: address of the local AWS, for every service.
        rds_certificate: what stands for Amazon's authority where a function verifies databases with it.
        runtime_api: address of the worker's Runtime API.
        log_stream: name of the worker's log stream.
        code: folder of the function's code.
        python_path: folders of the layers.
        temporary: what `tempfile` uses; in Lambda each environment has a `/tmp` of its own.

    Returns:
        All variables of the process.
    """
    environment = {
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": str(temporary),
        **function.environment,
        # Names that Lambda reserves: a function's own variables can't replace them.
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(str(path) for path in (code, *python_path)),
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": function.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_LOG_FORMAT": "JSON" if function.json_logs else "Text",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_ENDPOINT_URL": endpoint_url,
        # The user's own profiles must not lead a function to the real AWS.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        **_credentials(function),
    }
    if function.json_logs:
        environment["AWS_LAMBDA_LOG_LEVEL"] = function.application_log_level or "INFO"
    if rds_certificate is not None and "PGSSLROOTCERT" in environment:
        environment["PGSSLROOTCERT"] = str(rds_certificate)
    if "LD_LIBRARY_PATH" in os.environ:  # without it, some builds of Python don't find their own library
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment


def _credentials(function: FunctionConfiguration) -> dict[str, str]:
    """A session of the execution role, named after the function as Lambda does."""
    backend = sts_backends[function.account_id][get_partition(function.region)]
    session = backend.assume_role(
        region_name=function.region,
        role_session_name=function.name,
        role_arn=function.role_arn,
        policy=None,
        duration=_SESSION_SECONDS,
        external_id=None,
    )
    session.source_function_arn = ":".join(function.arn.split(":")[:7])  # what its calls are known by
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }
