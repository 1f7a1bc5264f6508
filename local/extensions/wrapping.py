"""How an extension changes moto: by standing a function around one of its methods or properties."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any


def wrap(owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    """Makes `owner.name(*args)` call `replacement(original, *args)`.

    Args:
        owner: moto's class or module.
        name: the function or method that is replaced.
        replacement: gets moto's own as first argument, then whatever the caller passes (`self` first).

    Raises:
        AttributeError: this moto has no such method, so the extension has lost its object.
    """
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(owner, name, wrapper)


def wrap_property(owner: type, name: str, replacement: Callable[[Callable[[Any], Any], Any], Any]) -> None:
    """Makes reading `instance.name` call `replacement(original, instance)`; a setter stays as it is.

    Raises:
        AttributeError: this moto has no such property.
    """
    original: property = getattr(owner, name)
    getter = original.fget
    assert getter is not None  # noqa: S101 - narrows the type; a property without a getter can't be read

    def read(self: Any) -> Any:
        return replacement(getter, self)

    setattr(owner, name, property(read, original.fset))


def add(owner: type, name: str, member: Any) -> None:
    """Gives moto's class a method or property that it lacks.

    Raises:
        AttributeError: this moto has it: the extension is out of date.
    """
    if hasattr(owner, name):
        raise AttributeError(f"moto's {owner.__name__} already has {name}; remove the extension")
    setattr(owner, name, member)


@contextlib.contextmanager
def replaced(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """Puts another member in the place of moto's, for a while.

    Args:
        owner: moto's class or module.
        name: the member; may be inherited.
        replacement: what stands there meanwhile.
    """
    own = vars(owner).get(name)  # None if it is inherited
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)
