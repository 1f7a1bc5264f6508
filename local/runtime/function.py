"""What Lambda knows of a function version, read from moto in the shape of AWS's own API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FunctionConfiguration:
    """The settings that a worker is started with; two that differ need different workers.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html

    Attributes:
        arn: ARN of the function or, for a published version, of that version.
        name: name of the function.
        account_id: account that owns it.
        region: region that it runs in.
        version: `$LATEST` or the number of a published version.
        handler: module and attribute, `package.module.function`.
        runtime: the declared runtime, `python3.13`; reported to the function, not used to run it.
        memory_size: MB; reported to the function, not enforced.
        timeout: seconds until an invocation is ended.
        role_arn: execution role.
        environment: the function's own variables.
        environment_key: key that they are encrypted with, where it is not Lambda's own.
        layer_arns: layer versions in the order in which Lambda merges them, a later one wins.
        code_sha256: identifies the code.
        log_group: where its output goes.
        json_logs: whether the platform's lines and the runtime's logging are JSON.
        application_log_level: lowest level that the runtime's logger writes, where one is set.
        system_log_level: lowest level of the platform's own JSON lines.
        dead_letter_arn: where failed asynchronous events go.
    """

    arn: str
    name: str
    account_id: str
    region: str
    version: str
    handler: str
    runtime: str
    memory_size: int
    timeout: int
    role_arn: str
    environment: Mapping[str, str]
    environment_key: str | None
    layer_arns: tuple[str, ...]
    code_sha256: str
    log_group: str
    json_logs: bool
    application_log_level: str | None
    system_log_level: str
    dead_letter_arn: str | None

    @classmethod
    def of(cls, function: Any) -> "FunctionConfiguration":
        """Reads a `moto.awslambda.models.LambdaFunction`."""
        described = function.get_configuration()
        logging = described.get("LoggingConfig") or {}
        return cls(
            arn=function.function_arn,
            name=function.function_name,
            account_id=function.account_id,
            region=function.region,
            version=str(function.version),
            handler=described["Handler"],
            runtime=described["Runtime"],
            memory_size=int(described["MemorySize"]),
            timeout=int(described["Timeout"]),
            role_arn=described["Role"],
            environment={k: str(v) for k, v in (function.environment_vars or {}).items()},
            environment_key=described.get("KMSKeyArn") or None,
            layer_arns=tuple(layer["Arn"] for layer in described["Layers"]),
            code_sha256=described["CodeSha256"],
            log_group=logging.get("LogGroup") or f"/aws/lambda/{function.function_name}",
            json_logs=logging.get("LogFormat") == "JSON",
            application_log_level=logging.get("ApplicationLogLevel"),
            system_log_level=logging.get("SystemLogLevel") or "INFO",
            dead_letter_arn=(described.get("DeadLetterConfig") or {}).get("TargetArn") or None,
        )
