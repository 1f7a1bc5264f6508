"""Conditional requests (RFC 9110, section 13): a client that holds the answer already is told so."""

import hashlib


def entity_tag(content: str) -> str:
    """Return the tag of a content; weak, since API Gateway may compress what it tags (section 8.8.1)."""
    return f'W/"{hashlib.blake2b(content.encode(), digest_size=16).hexdigest()}"'


def holds(if_none_match: str, tag: str) -> bool:
    """Return whether a client holds what the tag identifies.

    Args:
        if_none_match: Its header ``If-None-Match``: tags with commas between them, or ``*``.
        tag: The tag of the present content. Compared weakly, as this header wants it.
    """
    held = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in held or tag.removeprefix("W/") in held
