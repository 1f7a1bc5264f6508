"""KMS: what moto 5.2.5 misreports of keys.

- The rotation period of a key is forgotten. The provider reads it from every key that rotates; without it
  each plan sets the period again.
- The keys behind `alias/aws/…`, which AWS makes in every account, count as the customer's.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from local.extensions.wrapping import wrap

_DEFAULT_PERIOD = 365
"""Days between rotations when none are asked for (AWS KMS API, EnableKeyRotation)."""


def register() -> None:
    """Extends moto's KMS."""
    wrap(KmsResponse, "enable_key_rotation", _enable)
    wrap(KmsResponse, "get_key_rotation_status", _status)
    wrap(KmsBackend, "_generate_default_keys", _make_managed_key)


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


def _make_managed_key(original: Callable[..., Any], backend: Any, alias: str) -> str | None:
    identifier: str | None = original(backend, alias)
    if identifier is not None:
        backend.keys[identifier].key_manager = "AWS"
    return identifier
