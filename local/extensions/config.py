"""Config: moto 5.2.5 forgets by which tag a rule chooses its resources.

It keeps the tag where it is never reported from, so that each plan wants to set `TagKey` and `TagValue`
again.
"""

from collections.abc import Callable
from typing import Any

from moto.config.models import Scope

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's Config."""
    wrap(Scope, "__init__", _init)


def _init(original: Callable[..., Any], scope: Any, *args: Any, **kwargs: Any) -> None:
    original(scope, *args, **kwargs)
    # moto reports every attribute under its name in capitals; `tags`, which AWS does not have, is left out
    # where it is None.
    for key, value in (scope.tags or {}).items():
        scope.tag_key, scope.tag_value, scope.tags = key, value, None
