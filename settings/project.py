"""The settings that are written down in the project: cdktf.json."""

import json
from pathlib import Path
from typing import Any

CDKTF_JSON = Path(__file__).resolve().parent.parent / "cdktf.json"


def project_context() -> dict[str, Any]:
    """Return the ``context`` of cdktf.json."""
    context: dict[str, Any] = json.loads(CDKTF_JSON.read_text(encoding="utf-8"))["context"]
    return context
