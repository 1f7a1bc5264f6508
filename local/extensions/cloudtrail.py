"""CloudTrail: moto 5.2.5 ignores the names in DescribeTrails, and DeleteTrail knows no ARNs.

The provider identifies a trail by its ARN: it would read somebody else's trail, and its destroy would
delete nothing. And it reads event selectors of a trail only if DescribeTrails says that there are any, which
moto never does: a plan would not see them change.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's CloudTrail."""
    wrap(CloudTrailResponse, "describe_trails", _describe)
    wrap(CloudTrailBackend, "delete_trail", _delete)
    wrap(Trail, "description", _description)


def _describe(original: Callable[..., Any], response: Any) -> str:
    trails = json.loads(original(response))["trailList"]
    if wanted := response._get_param("trailNameList"):
        trails = [trail for trail in trails if trail["Name"] in wanted or trail["TrailARN"] in wanted]
    return json.dumps({"trailList": trails})


def _delete(original: Callable[..., Any], backend: Any, name: str) -> Any:
    return original(backend, name.rpartition("/")[2])


def _description(original: Callable[..., Any], trail: Any, **options: Any) -> dict[str, Any]:
    custom = bool(trail.event_selectors or trail.advanced_event_selectors)
    return {**original(trail, **options), "HasCustomEventSelectors": custom}
