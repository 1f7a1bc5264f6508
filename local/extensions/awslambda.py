"""Lambda: parts of a function's configuration that moto 5.2.5 drops.

- `DeadLetterConfig` and `LoggingConfig` are never reported: drift.
- UpdateFunctionConfiguration ignores `KMSKeyArn`, `TracingConfig` and `EphemeralStorage` (and the two above).

`LambdaFunction.get_configuration()` therefore also tells the data path where failed events and logs go.
"""

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaFunction

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's Lambda."""
    wrap(LambdaFunction, "__init__", _create)
    wrap(LambdaFunction, "update_configuration", _update)
    wrap(LambdaFunction, "get_configuration", _get_configuration)


def _create(
    original: Callable[..., Any],
    function: Any,
    account_id: str,
    spec: dict[str, Any],
    *args: Any,
    **kwargs: Any,
) -> None:
    # Before moto's own initializer, which already asks for the configuration
    function.dead_letter_config = spec.get("DeadLetterConfig")
    function.logging_config = spec.get("LoggingConfig")
    original(function, account_id, spec, *args, **kwargs)


def _update(original: Callable[..., Any], function: Any, updates: dict[str, Any]) -> Any:
    if "DeadLetterConfig" in updates:
        function.dead_letter_config = updates["DeadLetterConfig"]
    if "LoggingConfig" in updates:
        function.logging_config = updates["LoggingConfig"]
    if "KMSKeyArn" in updates:
        function.kms_key_arn = updates["KMSKeyArn"]
    if "TracingConfig" in updates:
        function.tracing_config = updates["TracingConfig"]
    if "EphemeralStorage" in updates:
        function.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    return original(function, updates)


def _get_configuration(
    original: Callable[..., Any], function: Any, *args: Any, **kwargs: Any
) -> dict[str, Any]:
    configuration: dict[str, Any] = original(function, *args, **kwargs)
    configuration["LoggingConfig"] = {
        "LogFormat": "Text",
        "LogGroup": function.logs_group_name,
        **(function.logging_config or {}),
    }
    if function.dead_letter_config and function.dead_letter_config.get("TargetArn"):
        configuration["DeadLetterConfig"] = function.dead_letter_config
    return configuration
