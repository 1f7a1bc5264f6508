"""RDS: what moto 5.2.5 misreports about Aurora clusters and their instances.

- Clusters without Serverless v1 report an (empty) ScalingConfigurationInfo: drift on
  `scaling_configuration`.
- Instances: Performance Insights is dropped; `DbiResourceId` is the same for all, so IAM database policies
  would name every instance; the default CA differs from AWS's, so the provider modifies and reboots each
  instance (minutes).
- Parameters that a user set have no `Source=user`, the only ones the provider reads.
- A deleted cluster leaves its automated snapshots behind; made again within the minute, it can't have one.
- Whether a cluster goes into Extended Support is dropped: drift on `engine_lifecycle_support`.
- An event subscription's sources can't be changed one by one: a reader more or fewer fails the apply.
- The managed master secret holds somebody else's user name and always the same password.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, DBInstance, MasterUserSecret
from moto.rds.responses import RDSResponse

from local.extensions.wrapping import add, wrap, wrap_property

_DEFAULT_CA = "rds-ca-rsa2048-g1"
_DEFAULT_RETENTION = 7
"""Days of Performance Insights that come without charge, and when none are asked for."""
_DEFAULT_LIFECYCLE = "open-source-rds-extended-support"
"""What AWS chooses when nothing is asked for (RDS API, CreateDBCluster)."""
_RESOURCE_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def register() -> None:
    """Extends moto's RDS."""
    wrap_property(DBCluster, "scaling_configuration_info", _scaling_configuration_info)
    wrap(DBCluster, "__init__", _create_cluster)
    wrap(DBInstance, "__init__", _create_instance)
    wrap(DBInstance, "update", _update_instance)
    wrap(RDSResponse, "describe_db_parameters", _describe_parameters)
    wrap(RDSResponse, "delete_db_cluster", _delete_cluster)
    add(RDSResponse, "add_source_identifier_to_subscription", _add_source)
    add(RDSResponse, "remove_source_identifier_from_subscription", _remove_source)
    wrap(MasterUserSecret, "_generate_secret_string", _master_credentials)


def _scaling_configuration_info(original: Callable[[Any], Any], cluster: Any) -> Any:
    return original(cluster) if cluster.scaling_configuration else None


def _create_cluster(original: Callable[..., Any], cluster: Any, *args: Any, **kwargs: Any) -> None:
    original(cluster, *args, **kwargs)
    cluster.engine_lifecycle_support = kwargs.get("engine_lifecycle_support") or _DEFAULT_LIFECYCLE


def _add_source(response: Any) -> ActionResult:
    return _change_sources(response, lambda sources, source: [*sources, source])


def _remove_source(response: Any) -> ActionResult:
    return _change_sources(response, lambda sources, source: [each for each in sources if each != source])


def _change_sources(response: Any, change: Callable[[list[str], str], list[str]]) -> ActionResult:
    (subscription,) = response.backend.describe_event_subscriptions(response.params["SubscriptionName"])
    subscription.source_ids = change(subscription.source_ids or [], response.params["SourceIdentifier"])
    return ActionResult({"EventSubscription": subscription})


def _delete_cluster(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    if response.params.get("DeleteAutomatedBackups") is not False:
        name = response.params.get("DBClusterIdentifier")
        snapshots = response.backend.cluster_snapshots
        for identifier, snapshot in list(snapshots.items()):
            if snapshot.snapshot_type == "automated" and snapshot.cluster.db_cluster_identifier == name:
                del snapshots[identifier]
    return answer


def _create_instance(original: Callable[..., Any], instance: Any, *args: Any, **kwargs: Any) -> None:
    original(instance, *args, **{"ca_certificate_identifier": _DEFAULT_CA, **kwargs})
    instance.dbi_resource_id = "db-" + "".join(secrets.choice(_RESOURCE_ID_ALPHABET) for _ in range(26))
    _keep_performance_insights(instance, kwargs)


def _update_instance(original: Callable[..., Any], instance: Any, *args: Any, **kwargs: Any) -> None:
    original(instance, *args, **kwargs)
    _keep_performance_insights(instance, kwargs)


def _keep_performance_insights(instance: Any, asked: dict[str, Any]) -> None:
    if asked.get("enable_performance_insights") is None:
        return
    enabled = bool(asked["enable_performance_insights"])
    instance.performance_insights_enabled = enabled
    instance.performance_insights_kms_key_id = (
        asked.get("performance_insights_kms_key_id") if enabled else None
    )
    retention = asked.get("performance_insights_retention_period") or _DEFAULT_RETENTION
    instance.performance_insights_retention_period = retention if enabled else None


def _describe_parameters(original: Callable[..., Any], response: Any) -> Any:
    parameters = original(response).result["Parameters"]
    return ActionResult({"Parameters": [{**parameter, "Source": "user"} for parameter in parameters]})


def _master_credentials(original: Callable[..., Any], secret: Any) -> str:
    credentials = {"username": secret.resource.master_username, "password": secrets.token_urlsafe(24)}
    return json.dumps(credentials)
