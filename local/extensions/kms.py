"""KMS: moto 5.2.5 forgets the rotation period.

The provider reads `RotationPeriodInDays` of every key that rotates; without it each plan wants to set the
period again.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.kms.responses import KmsResponse

from local.extensions.wrapping import wrap

_DEFAULT_PERIOD = 365
"""Days between rotations when none are asked for (AWS KMS API, EnableKeyRotation)."""


def register() -> None:
    """Extends moto's KMS."""
    wrap(KmsResponse, "enable_key_rotation", _enable)
    wrap(KmsResponse, "get_key_rotation_status", _status)


def _key(response: Any) -> Any:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]


def _enable(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    key = _key(response)
    asked = response._get_param("RotationPeriodInDays")
    key.rotation_period = asked or getattr(key, "rotation_period", _DEFAULT_PERIOD)
    return answer


def _status(original: Callable[..., Any], response: Any) -> str:
    answer = json.loads(original(response))
    if answer["KeyRotationEnabled"]:
        answer["RotationPeriodInDays"] = _key(response).rotation_period
    return json.dumps(answer)
