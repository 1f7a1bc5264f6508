"""RDS events of a database that somebody should know of (TX-2, OBS-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.db_event_subscription import DbEventSubscription
from constructs import Construct

from modules.context import Context, DataClassification

CLUSTER_CATEGORIES = ("failover", "failure", "maintenance", "notification")
INSTANCE_CATEGORIES = ("availability", "failure", "maintenance", "notification", "recovery")


@dataclass(frozen=True)
class EventNotificationsProps:
    """Properties of the notifications.

    Attributes:
        cluster_identifier: The cluster.
        instance_identifiers: Its instances.
        topic_arn: Topic that lets ``events.rds.amazonaws.com`` publish.
    """

    cluster_identifier: str
    instance_identifiers: Sequence[str]
    topic_arn: str


class EventNotifications(Construct):
    """Failovers, failures, maintenance and restarts of a cluster and its instances, sent to a topic."""

    def __init__(self, scope: Construct, id_: str, context: Context, props: EventNotificationsProps) -> None:
        super().__init__(scope, id_)
        for source, identifiers, categories in (
            ("cluster", [props.cluster_identifier], CLUSTER_CATEGORIES),
            ("instance", list(props.instance_identifiers), INSTANCE_CATEGORIES),
        ):
            name = context.name(f"db-{source}-events")
            DbEventSubscription(
                self,
                source,
                name=name,
                sns_topic=props.topic_arn,
                source_type=f"db-{source}",
                source_ids=identifiers,
                event_categories=list(categories),
                tags=context.tags(DataClassification.INTERNAL, name),
            )
