"""Secrets Manager: rotation of a secret that another service manages, such as RDS's master secret.

Such a secret rotates without a function. moto 5.2.5 accepts RotateSecret, but then the current version has
no value, the rules come back incomplete, and CancelRotateSecret (the provider's destroy) is refused.
The owning service writes a new password with each rotation.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's Secrets Manager."""
    wrap(SecretsManagerBackend, "rotate_secret", _rotate)
    wrap(SecretsManagerBackend, "cancel_rotate_secret", _cancel)
    wrap(FakeSecret, "to_dict", _to_dict)


def _is_managed(secret: Any) -> bool:
    return getattr(secret, "owning_service", None) is not None


def _rotate(original: Callable[..., Any], backend: Any, secret_id: str, **kwargs: Any) -> Any:
    secret = backend.secrets.get(secret_id)
    if _is_managed(secret):
        value = secret.versions[secret.default_version_id]["secret_string"]
        # moto's new version has the value that the secret was made with, if it doesn't rotate immediately
        secret.secret_string = _with_new_password(value) if kwargs.get("rotate_immediately", True) else value
        kwargs["rotate_immediately"] = False
    answer = original(backend, secret_id, **kwargs)
    if kwargs.get("rotation_rules"):
        backend.secrets[secret_id].rotation_rules = kwargs["rotation_rules"]
    return answer


def _with_new_password(credentials: str) -> str:
    return json.dumps({**json.loads(credentials), "password": secrets.token_urlsafe(24)})


def _cancel(original: Callable[..., Any], backend: Any, secret_id: str) -> Any:
    secret = backend.secrets.get(secret_id)
    if _is_managed(secret):
        secret.rotation_enabled = False
        return secret.to_short_dict()
    return original(backend, secret_id)


def _to_dict(original: Callable[..., Any], secret: Any) -> dict[str, Any]:
    description: dict[str, Any] = original(secret)
    if "RotationRules" in description and hasattr(secret, "rotation_rules"):
        description["RotationRules"] = secret.rotation_rules
    return description
