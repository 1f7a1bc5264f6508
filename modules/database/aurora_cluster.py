"""Aurora Serverless v2 PostgreSQL: a writer, readers in other zones, what watches them (DB-1 to DB-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster, RdsClusterServerlessv2ScalingConfiguration
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.database.event_notifications import EventNotifications, EventNotificationsProps
from modules.database.postgresql_parameters import PARAMETERS
from modules.log_group import RETENTION_DAYS, LogGroup, LogGroupProps
from modules.policy import Condition
from modules.role import Role, RoleProps

ENGINE = "aurora-postgresql"
ENGINE_VERSION = "17"
"""A major version, so that AWS chooses the minor one.

A cluster is created with the major's default minor version and moved to later ones in its maintenance window.
A full version such as 17.4 can't be created any more once AWS retires it, some months to years after its
release, and after the first automatic upgrade its plan is a downgrade. Given a major version, the provider
compares no more than that, so the plan stays empty.
"""
MASTER_USERNAME = "administrator"
LOG_TYPES = ("iam-db-auth-error", "instance", "postgresql")
"""Everything that Aurora PostgreSQL exports; ``instance`` says why an idle instance did not pause."""
SECRET_ROTATION_DAYS = 30
"""RDS rotates every 7 days unless told otherwise."""
MOST_PROMOTION_TIER = 15


@dataclass(frozen=True)
class AuroraClusterProps:
    """Properties of a cluster.

    Attributes:
        database_name: Database that is created with the cluster: a letter, then letters, digits, underscores.
        subnet_ids: Isolated subnets, in different zones.
        availability_zones: The subnets' zones; instances take them in turn.
        security_group_id: Group that says who may connect.
        key_arn: Key of storage, backups and Performance Insights.
        secret_key_arn: Key of the master user's secret.
        logs_key_arn: Key of the log groups.
        boundary_arn: Permissions boundary of the monitoring role.
        alert_topic_arn: Topic for events such as a failover.
        min_capacity: Fewest capacity units (2 GiB each), 0 to 256 in steps of 0.5; 0 pauses an idle cluster.
        max_capacity: Most capacity units, 1 to 256.
        readers: Readers beside the writer, 0 to 15.
        backup_retention_days: Days that automated backups are kept, 1 to 35.
        seconds_until_auto_pause: Idle seconds before a pause, 300 to 86400, where ``min_capacity`` is 0.
        insights_retention_days: Days that Performance Insights keeps: 7 (free), or 31 times 1 to 23, or 731.
        monitoring_seconds: Interval of Enhanced Monitoring: 1, 5, 10, 15, 30 or 60.
        log_retention_days: Days that logs stay searchable in CloudWatch.
        engine_version: PostgreSQL's major version, which AWS completes, or a full one. Pausing needs 13.15,
            14.12, 15.7, 16.3 or later.
    """

    database_name: str
    subnet_ids: Sequence[str]
    availability_zones: Sequence[str]
    security_group_id: str
    key_arn: str
    secret_key_arn: str
    logs_key_arn: str
    boundary_arn: str
    alert_topic_arn: str
    min_capacity: float
    max_capacity: float
    readers: int
    backup_retention_days: int
    seconds_until_auto_pause: int = 900
    insights_retention_days: int = 7
    monitoring_seconds: int = 60
    log_retention_days: int = RETENTION_DAYS
    engine_version: str = ENGINE_VERSION


class AuroraCluster(Construct):
    """An encrypted cluster that only speaks TLS, whose master password only RDS and Secrets Manager know.

    Enhanced Monitoring writes to ``RDSOSMetrics``, one log group for a whole account and region, which RDS
    creates with an expiry of 30 days; a stack can't own it.

    Attributes:
        cluster_identifier: The cluster's identifier.
        cluster_arn: Its ARN.
        resource_id: Its id in IAM policies for ``rds-db:connect``.
        endpoint: Host of the writer.
        reader_endpoint: Host that spreads over the readers; the writer where there are none.
        port: TCP port, in digits.
        database_name: The database.
        master_secret_arn: Secret that holds the master user's name and password.
        instance_identifiers: Instances; which one writes is decided by failovers.
        instances: The same, for what needs one that runs.
        log_groups: Log groups by log type.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AuroraClusterProps) -> None:
        super().__init__(scope, id_)
        logs = self._log_groups(context, props)
        cluster = self._cluster(context, props, logs)
        instances = self._instances(context, props, cluster)
        master_secret = cluster.master_user_secret.get(0).secret_arn
        SecretsmanagerSecretRotation(
            self,
            "master-secret-rotation",
            secret_id=master_secret,
            rotate_immediately=False,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(
                automatically_after_days=SECRET_ROTATION_DAYS
            ),
        )
        self.cluster_identifier = cluster.cluster_identifier
        self.cluster_arn = cluster.arn
        self.resource_id = cluster.cluster_resource_id
        self.endpoint = cluster.endpoint
        self.reader_endpoint = cluster.reader_endpoint
        self.port = Token.as_string(cluster.port)
        self.database_name = props.database_name
        self.master_secret_arn = master_secret
        self.instances: list[ITerraformDependable] = [*instances]
        self.instance_identifiers = [instance.identifier for instance in instances]
        self.log_groups = logs
        EventNotifications(
            self,
            "events",
            context,
            EventNotificationsProps(
                cluster_identifier=self.cluster_identifier,
                instance_identifiers=self.instance_identifiers,
                topic_arn=props.alert_topic_arn,
            ),
        )

    def _log_groups(self, context: Context, props: AuroraClusterProps) -> dict[str, LogGroup]:
        return {
            type_: LogGroup(
                self,
                f"{type_}-logs",
                context,
                LogGroupProps(
                    name=f"/aws/rds/cluster/{context.name('db')}/{type_}",
                    key_arn=props.logs_key_arn,
                    retention_days=props.log_retention_days,
                ),
            )
            for type_ in LOG_TYPES
        }

    def _cluster(self, context: Context, props: AuroraClusterProps, logs: dict[str, LogGroup]) -> RdsCluster:
        name = context.name("db")
        subnet_group = DbSubnetGroup(
            self,
            "subnet-group",
            name=context.name("db-subnet-group"),
            description="Isolated subnets of the database",
            subnet_ids=list(props.subnet_ids),
            tags=context.tags(DataClassification.INTERNAL, context.name("db-subnet-group")),
        )
        return RdsCluster(
            self,
            "cluster",
            cluster_identifier=name,
            engine=ENGINE,
            engine_version=props.engine_version,
            # Past its support AWS upgrades the version, rather than charging for Extended Support.
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            database_name=props.database_name,
            master_username=MASTER_USERNAME,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=props.secret_key_arn,
            iam_database_authentication_enabled=True,
            storage_encrypted=True,
            kms_key_id=props.key_arn,
            db_subnet_group_name=subnet_group.name,
            vpc_security_group_ids=[props.security_group_id],
            db_cluster_parameter_group_name=self._parameter_group(context, props.engine_version),
            serverlessv2_scaling_configuration=RdsClusterServerlessv2ScalingConfiguration(
                min_capacity=props.min_capacity,
                max_capacity=props.max_capacity,
                seconds_until_auto_pause=None if props.min_capacity else props.seconds_until_auto_pause,
            ),
            backup_retention_period=props.backup_retention_days,
            # UTC, when every market is closed; maintenance follows a fresh backup.
            preferred_backup_window="03:00-04:00",
            preferred_maintenance_window="sun:05:00-sun:06:00",
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=list(LOG_TYPES),
            apply_immediately=True,
            deletion_protection=False,
            skip_final_snapshot=True,
            tags=context.tags(DataClassification.CONFIDENTIAL, name),
            # The export would create the groups, without key and expiry.
            depends_on=[group.group for group in logs.values()],
        )

    def _parameter_group(self, context: Context, engine_version: str) -> str:
        major = engine_version.partition(".")[0]
        # The major version in the name lets an upgrade create the next group while this one is in use.
        name = context.name(f"db-postgresql{major}-parameter-group")
        group = RdsClusterParameterGroup(
            self,
            "parameter-group",
            name=name,
            family=f"{ENGINE}{major}",
            description="Transport and audit of the database",
            parameter=[
                RdsClusterParameterGroupParameter(
                    name=parameter.name,
                    value=parameter.value,
                    apply_method="pending-reboot" if parameter.at_start else "immediate",
                )
                for parameter in PARAMETERS
            ],
            tags=context.tags(DataClassification.INTERNAL, name),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return group.name

    def _instances(
        self, context: Context, props: AuroraClusterProps, cluster: RdsCluster
    ) -> list[RdsClusterInstance]:
        monitoring = Role(
            self,
            "monitoring-role",
            context,
            RoleProps(
                purpose="db-monitoring",
                description="Writes Enhanced Monitoring metrics of the database",
                service="monitoring.rds.amazonaws.com",
                boundary_arn=props.boundary_arn,
                # The policy that AWS documents for it; its log group is shared by the account's databases.
                aws_policy_arns=[
                    f"arn:{context.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
                ],
                trust_conditions=[Condition("StringEquals", "aws:SourceAccount", [context.account_id])],
            ),
        )
        zones = props.availability_zones

        def instance(index: int) -> RdsClusterInstance:
            name = context.name(f"db-instance-{index + 1}")
            return RdsClusterInstance(
                self,
                f"instance-{index + 1}",
                identifier=name,
                cluster_identifier=cluster.cluster_identifier,
                engine=ENGINE,
                instance_class="db.serverless",
                availability_zone=zones[index % len(zones)],
                # Tiers 0 and 1 keep the writer's capacity, ready to take over; later ones scale alone.
                promotion_tier=min(index, MOST_PROMOTION_TIER),
                publicly_accessible=False,
                auto_minor_version_upgrade=True,
                preferred_maintenance_window="sun:05:00-sun:06:00",
                copy_tags_to_snapshot=True,
                performance_insights_enabled=True,
                performance_insights_kms_key_id=props.key_arn,
                performance_insights_retention_period=props.insights_retention_days,
                monitoring_interval=props.monitoring_seconds,
                monitoring_role_arn=monitoring.arn,
                apply_immediately=True,
                tags=context.tags(DataClassification.CONFIDENTIAL, name),
                depends_on=monitoring.attachments,
            )

        return [instance(index) for index in range(1 + props.readers)]
