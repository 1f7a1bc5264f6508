"""Stack 1, trading analytics: market data in, bars and analytics out, an API for institutional clients."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import ITerraformDependable, TerraformOutput
from cdktf_cdktf_provider_archive.provider import ArchiveProvider
from constructs import Construct

from modules import critical_events as critical
from modules import grants, service_alarms
from modules.access_log_bucket import AccessLogBucket, AccessLogBucketProps
from modules.access_tables import AccessTables, AccessTablesProps
from modules.alarms import Alarm, Alarms, AlarmsProps, Metric
from modules.alert_topic import PUBLISHERS, AlertTopic, AlertTopicProps
from modules.api.account import ApiAccount, ApiAccountProps
from modules.api.description import Description
from modules.api.rest_api import RestApi, RestApiProps
from modules.api.stage import Stage, StageProps
from modules.api.usage_plans import UsagePlans, UsagePlansProps
from modules.api.web_firewall import EVALUATION_WINDOW_SECONDS, WebFirewall, WebFirewallProps
from modules.audit_trail import AuditTrail, AuditTrailProps, trail_arn, trail_delivery
from modules.compliance_notifications import ComplianceNotifications
from modules.compliance_recorder import ComplianceRecorder, ComplianceRecorderProps
from modules.compliance_rules import ComplianceRules, ComplianceRulesProps
from modules.composite_alarm import CompositeAlarm, CompositeAlarmProps
from modules.cost_budget import CostBudget, CostBudgetProps
from modules.critical_events import CriticalEvents, CriticalEventsProps
from modules.dashboard import Dashboard, DashboardProps, alarm_rows
from modules.data_buckets import DataBuckets, DataBucketsProps
from modules.database.aurora_cluster import AuroraCluster, AuroraClusterProps
from modules.database.client_environment import client_environment
from modules.database.migrations import Migrations, MigrationsProps
from modules.encryption_keys import EncryptionKeys, EncryptionKeysProps
from modules.function import Function, FunctionPlatform, FunctionProps
from modules.function_layer import FunctionLayer, FunctionLayerProps
from modules.function_package import FunctionPackage, LayerPackage
from modules.log_archive import LogArchive, LogArchiveProps
from modules.log_group import LogGroup
from modules.log_metric import LogMetric, LogMetricProps
from modules.network.flow_logs import FlowLogs, FlowLogsProps
from modules.network.gateway_endpoints import GatewayEndpoints, GatewayEndpointsProps
from modules.network.interface_endpoints import InterfaceEndpoints, InterfaceEndpointsProps
from modules.network.network_acls import NetworkAcls, NetworkAclsProps
from modules.network.security_groups import SecurityGroups, SecurityGroupsProps
from modules.network.vpc import Vpc, VpcProps
from modules.object_queue import ObjectQueue, ObjectQueueProps
from modules.password_policy import PasswordPolicy
from modules.policy import Statement
from modules.queue_trigger import QueueTrigger, QueueTriggerProps
from modules.recorder_notifications import RecorderNotifications
from modules.region_boundary import RegionBoundary, RegionBoundaryProps
from modules.secure_bucket import no_statements
from modules.security_metrics import SecurityMetrics, SecurityMetricsProps
from modules.table import Table, TableProps
from settings import Settings
from stacks.workload_stack import WorkloadStack

OPENAPI = Path(__file__).resolve().parent.parent / "lambda" / "analytics_api" / "openapi.json"

FUNCTION_ENDPOINTS = ("secretsmanager", "sns")
"""AWS services that the functions call and that have no gateway endpoint."""

DATABASE_NAME = "trading"
DATABASE_WRITER = "market_writer"
DATABASE_READER = "market_reader"
"""Users that the migrations make."""

MIGRATIONS_TIMEOUT_SECONDS = 300
PROCESSOR_TIMEOUT_SECONDS = 300
PROCESSOR_MEMORY_MB = 1769
PROCESSOR_ENGINE_MEMORY_MB = 48
PROCESSOR_STORAGE_MB = 1024
API_TIMEOUT_SECONDS = 28
API_MEMORY_MB = 1024
ALERTS_TIMEOUT_SECONDS = 30
ALERTS_CONCURRENCY = 2
ALERT_WINDOW_SECONDS = 900
CLIENT_ERROR_ALARM_PERCENT = 50
FAILED_LOGINS_ALARM = 5
BLOCKED_REQUESTS_ALARM = 1000
REJECTED_ROWS_ALARM = 1000


class TradingAnalyticsStack(WorkloadStack):
    """The trading-analytics stack of one environment."""

    def __init__(self, scope: Construct, id_: str, settings: Settings) -> None:
        stack = settings.trading_analytics
        super().__init__(scope, id_, settings, workload="trading", region=stack.region)
        ArchiveProvider(self, "archive")  # packages the functions
        self._settings = settings
        # By purpose, with the pattern of its critical events, or None; an empty pattern would be every event.
        self._log_groups: dict[str, tuple[LogGroup, str | None]] = {}
        self._alarms: dict[str, list[Alarm]] = defaultdict(list)
        self._foundations()
        self._network()
        self._data()
        self._functions()
        self._schema()
        self._market_data()
        self._api()
        self._compliance()
        self._observability()
        self._outputs()

    def _foundations(self) -> None:
        """Boundary, keys, alert topic, access logs, log archive: what everything else uses."""
        stack, context = self._settings.trading_analytics, self.context
        self._boundary = RegionBoundary(
            self, "region-boundary", context, RegionBoundaryProps(regions=[stack.region])
        )
        self._keys = EncryptionKeys(
            self,
            "keys",
            context,
            EncryptionKeysProps(
                topic_publishers=PUBLISHERS,
                queue_senders=["s3.amazonaws.com"],
                audit_trail_arn=trail_arn(context) if stack.audit_trail else None,
                config_recorder=stack.config_recorder,
            ),
        )
        self._topic = AlertTopic(
            self,
            "alerts",
            context,
            AlertTopicProps(key_arn=self._keys.messaging.arn, email=self._settings.alert_email),
        )
        self._access_logs = AccessLogBucket(
            self,
            "access-logs",
            context,
            AccessLogBucketProps(expire_after_days=self._settings.log_archive_days),
        )
        self._archive = LogArchive(
            self,
            "log-archive",
            context,
            LogArchiveProps(
                boundary_arn=self._boundary.arn,
                storage_key_arn=self._keys.storage.arn,
                logs_key_arn=self._keys.logs.arn,
                access_log_bucket=self._access_logs.name,
                writers=trail_delivery(context) if stack.audit_trail else no_statements,
                retention_days=self._settings.log_archive_days,
            ),
        )

    def _network(self) -> None:
        """VPC with three tiers, who may talk to whom, endpoints, flow logs."""
        stack, context = self._settings.trading_analytics, self.context
        self._vpc = Vpc(
            self,
            "vpc",
            context,
            VpcProps(
                cidr=stack.vpc_cidr,
                nat_gateways=stack.nat_gateways,
                availability_zones=stack.availability_zones,
            ),
        )
        NetworkAcls(
            self,
            "network-acls",
            context,
            NetworkAclsProps(
                vpc_id=self._vpc.vpc_id,
                public_subnet_ids=self._vpc.public.subnet_ids,
                private_subnet_ids=self._vpc.private.subnet_ids,
                private_cidr=self._vpc.private.cidr,
                database_subnet_ids=self._vpc.database.subnet_ids,
                database_cidr=self._vpc.database.cidr,
                interface_endpoints=stack.interface_endpoints,
            ),
        )
        gateways = GatewayEndpoints(
            self,
            "gateway-endpoints",
            context,
            GatewayEndpointsProps(vpc_id=self._vpc.vpc_id, route_table_ids=self._vpc.private.route_table_ids),
        )
        self._security_groups = SecurityGroups(
            self,
            "security-groups",
            context,
            SecurityGroupsProps(
                vpc_id=self._vpc.vpc_id,
                s3_prefix_list_id=gateways.s3_prefix_list_id,
                dynamodb_prefix_list_id=gateways.dynamodb_prefix_list_id,
                interface_endpoints=stack.interface_endpoints,
                internet=not stack.interface_endpoints,
            ),
        )
        if self._security_groups.endpoints:
            InterfaceEndpoints(
                self,
                "interface-endpoints",
                context,
                InterfaceEndpointsProps(
                    vpc_id=self._vpc.vpc_id,
                    subnet_ids=self._vpc.private.subnet_ids,
                    security_group_id=self._security_groups.endpoints.group_id,
                    services=FUNCTION_ENDPOINTS,
                ),
            )
        flow_logs = FlowLogs(
            self,
            "flow-logs",
            context,
            FlowLogsProps(
                vpc_id=self._vpc.vpc_id,
                logs_key_arn=self._keys.logs.arn,
                boundary_arn=self._boundary.arn,
                retention_days=self._settings.log_retention_days,
            ),
        )
        self._log_groups["flow-logs"] = (flow_logs.log_group, None)

    def _data(self) -> None:
        """Buckets, tables, database."""
        stack, context = self._settings.trading_analytics, self.context
        self._buckets = DataBuckets(
            self,
            "buckets",
            context,
            DataBucketsProps(key_arn=self._keys.storage.arn, access_log_bucket=self._access_logs.name),
        )
        self._tables = AccessTables(
            self, "tables", context, AccessTablesProps(key_arn=self._keys.dynamodb.arn)
        )
        self._database = AuroraCluster(
            self,
            "database",
            context,
            AuroraClusterProps(
                database_name=DATABASE_NAME,
                subnet_ids=self._vpc.database.subnet_ids,
                availability_zones=self._vpc.availability_zones,
                security_group_id=self._security_groups.database.group_id,
                key_arn=self._keys.database.arn,
                secret_key_arn=self._keys.secrets.arn,
                logs_key_arn=self._keys.logs.arn,
                boundary_arn=self._boundary.arn,
                alert_topic_arn=self._topic.arn,
                min_capacity=stack.aurora.min_capacity,
                max_capacity=stack.aurora.max_capacity,
                readers=stack.aurora.readers,
                backup_retention_days=stack.aurora.backup_retention_days,
                log_retention_days=self._settings.log_retention_days,
            ),
        )
        for log_type, log_group in self._database.log_groups.items():
            self._log_groups[f"database-{log_type}"] = (log_group, critical.DATABASE_EVENTS)
        self._alarms["Database"] += service_alarms.database_alarms(
            "db",
            self._database.cluster_identifier,
            cpu_percent=stack.aurora.cpu_alarm_percent,
            min_capacity=stack.aurora.min_capacity,
            max_capacity=stack.aurora.max_capacity,
            has_readers=stack.aurora.readers > 0,
        )
        failed_logins = LogMetric(
            self,
            "failed-logins",
            context,
            LogMetricProps(
                purpose="db-failed-logins",
                log_group_name=self._database.log_groups["postgresql"].name,
                pattern=critical.FAILED_LOGIN_EVENTS,
            ),
        )
        self._alarms["Database"].append(
            Alarm(
                "db-failed-logins",
                "Somebody tries to log in to the database and is refused, again and again.",
                failed_logins.metric,
                threshold=FAILED_LOGINS_ALARM,
            )
        )
        for purpose, table in (("sessions", self._tables.sessions), ("api-keys", self._tables.api_keys)):
            self._alarms["Tables"] += service_alarms.table_alarms(purpose, table.name)

    def _functions(self) -> None:
        """What the functions share, and the function that alerts."""
        context = self.context
        self._platform = FunctionPlatform(
            subnet_ids=self._vpc.private.subnet_ids,
            environment_key_arn=self._keys.functions.arn,
            logs_key_arn=self._keys.logs.arn,
            queue_key_arn=self._keys.messaging.arn,
            boundary_arn=self._boundary.arn,
            log_level=self._settings.log_level,
            log_retention_days=self._settings.log_retention_days,
        )
        layer = FunctionLayer(
            self,
            "data-layer",
            context,
            FunctionLayerProps(
                purpose="data",
                description="Libraries of the functions, as locked",
                code=LayerPackage(self, "data-layer-package", "data").archive,
            ),
        )
        self._layer_arns = [layer.arn]
        told = Table(
            self,
            "alerts-table",
            context,
            TableProps(
                purpose="alerts",
                hash_key="id",
                key_arn=self._keys.dynamodb.arn,
                ttl_attribute="expiration",
            ),
        )
        self._alert_function = self._function(
            "critical-events",
            "critical_events",
            "Turns critical log events into one readable alert",
            timeout_seconds=ALERTS_TIMEOUT_SECONDS,
            memory_mb=256,
            reserved_concurrency=ALERTS_CONCURRENCY,
            environment={
                "TOPIC_ARN": self._topic.arn,
                "ALERTS_TABLE": told.name,
                "ALERT_WINDOW_SECONDS": str(ALERT_WINDOW_SECONDS),
            },
            statements=[
                *grants.publish_to_topic(context, "Alerts", self._topic.arn, self._keys.messaging.arn),
                *grants.use_table(
                    context,
                    "Alerts",
                    told.arn,
                    self._keys.dynamodb.arn,
                    ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                ),
            ],
        )
        self._alarms["Alerts"] += [
            service_alarms.lost_events_alarm("critical-events", self._alert_function.name),
            Alarm(
                "critical-events-unremembered",
                "The alert function can't use its table, and alerts of the same again and again.",
                self._alert_function.metric("UnrememberedAlerts"),
                threshold=0,
            ),
            *service_alarms.topic_alarms("alerts", self._topic.name),
        ]
        self._critical_events = CriticalEvents(
            self,
            "critical-events-picking",
            context,
            CriticalEventsProps(
                function_name=self._alert_function.name,
                function_arn=self._alert_function.arn,
                function_log_group=self._alert_function.log_group,
            ),
        )

    def _function(
        self,
        purpose: str,
        package: str,
        description: str,
        *,
        timeout_seconds: int,
        memory_mb: int,
        reserved_concurrency: int,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
        shared_packages: Sequence[str] = (),
        ephemeral_storage_mb: int = 512,
        after: Sequence[ITerraformDependable] = (),
    ) -> Function:
        """Make a function of ``lambda/<package>``, watched by alarms."""
        function = Function(
            self,
            f"{purpose}-function",
            self.context,
            FunctionProps(
                purpose=purpose,
                description=description,
                code=FunctionPackage(self, f"{purpose}-package", package, shared_packages).archive,
                handler=f"{package}.handler.handler",
                platform=self._platform,
                security_group_ids=[self._security_groups.compute.group_id],
                timeout_seconds=timeout_seconds,
                memory_mb=memory_mb,
                reserved_concurrency=reserved_concurrency,
                layer_arns=self._layer_arns,
                environment=environment,
                statements=statements,
                ephemeral_storage_mb=ephemeral_storage_mb,
                after=after,
            ),
        )
        self._log_groups[purpose] = (function.log_group, critical.FUNCTION_EVENTS)
        self._alarms["Functions"] += service_alarms.function_alarms(
            purpose,
            function.name,
            function.dead_letter_queue.name,
            timeout_seconds=timeout_seconds,
            reserved_concurrency=reserved_concurrency,
        )
        return function

    def _schema(self) -> None:
        """The database's schema, up to date before the functions that use it are made or changed."""
        context, database = self.context, self._database
        function = self._function(
            "migrations",
            "database_migrations",
            "Brings the database's schema up to date",
            timeout_seconds=MIGRATIONS_TIMEOUT_SECONDS,
            memory_mb=256,
            reserved_concurrency=1,
            shared_packages=["database"],
            environment={
                **client_environment(
                    context.region, database.endpoint, database.port, DATABASE_NAME, writes=True
                ),
                "MASTER_SECRET_ARN": database.master_secret_arn,
            },
            statements=grants.read_secret(
                context, "MasterSecret", database.master_secret_arn, self._keys.secrets.arn
            ),
        )
        self._migrations = Migrations(
            self,
            "migrations",
            MigrationsProps(
                function_name=function.name,
                code_sha256=function.code_sha256,
                cluster_resource_id=database.resource_id,
                instances=database.instances,
            ),
        )

    def _market_data(self) -> None:
        """New objects of the raw bucket, by way of a queue, to the processor."""
        context, keys, buckets, database = self.context, self._keys, self._buckets, self._database
        analytics, storage_key = buckets.analytics.arn, keys.storage.arn
        concurrency = self._settings.trading_analytics.processor_concurrency
        objects = ObjectQueue(
            self,
            "raw-objects",
            context,
            ObjectQueueProps(
                purpose="raw-objects",
                bucket_name=buckets.raw.name,
                bucket_arn=buckets.raw.arn,
                key_arn=keys.messaging.arn,
                function_timeout_seconds=PROCESSOR_TIMEOUT_SECONDS,
            ),
        )
        processor = self._function(
            "market-data",
            "market_data_processor",
            "Turns raw trades into bars",
            timeout_seconds=PROCESSOR_TIMEOUT_SECONDS,
            memory_mb=PROCESSOR_MEMORY_MB,
            reserved_concurrency=concurrency,
            ephemeral_storage_mb=PROCESSOR_STORAGE_MB,
            shared_packages=["database"],
            environment={
                "PROCESSED_BUCKET": buckets.analytics.name,
                "ENGINE_MEMORY_MB": str(PROCESSOR_ENGINE_MEMORY_MB),
                **client_environment(
                    context.region,
                    database.endpoint,
                    database.port,
                    DATABASE_NAME,
                    DATABASE_WRITER,
                    writes=True,
                ),
            },
            statements=[
                *grants.consume_queue(context, "RawObjects", objects.queue.arn, keys.messaging.arn),
                *grants.read_objects(context, "Raw", buckets.raw.arn, storage_key),
                # An object is replaced only if it is still the one that was seen, which takes reading.
                *(
                    statement
                    for name in ("Partials", "Sources", "Bars", "Analytics")
                    for statement in (
                        *grants.list_objects(name, analytics, f"{name.lower()}/"),
                        *grants.read_objects(context, name, analytics, storage_key, f"{name.lower()}/"),
                        *grants.write_objects(context, name, analytics, storage_key, f"{name.lower()}/"),
                    )
                ),
                *grants.write_objects(context, "Rejects", analytics, storage_key, "rejects/"),
                *grants.connect_to_database(context, "Database", database.resource_id, DATABASE_WRITER),
            ],
            after=[self._migrations.applied],
        )
        QueueTrigger(
            self,
            "market-data-trigger",
            context,
            QueueTriggerProps(
                purpose="market-data",
                queue_arn=objects.queue.arn,
                function_arn=processor.arn,
                max_concurrency=concurrency,
            ),
        )
        memory = LogMetric(
            self,
            "market-data-memory",
            context,
            LogMetricProps(
                purpose="market-data-memory",
                log_group_name=processor.log_group.name,
                pattern=critical.FUNCTION_REPORTS,
                value="$.record.metrics.maxMemoryUsedMB",
            ),
        )
        self._alarms["Functions"] += [
            Alarm(
                "market-data-memory",
                f"The processor uses nine tenths of its {PROCESSOR_MEMORY_MB} MB of memory.",
                memory.metric,
                threshold=PROCESSOR_MEMORY_MB * 9 // 10,
            ),
            Alarm(
                "market-data-database-unavailable",
                "Files wait since the processor can't reach the database, or the database refuses it.",
                processor.metric("DatabaseFailures"),
                threshold=0,
                periods=5,
                bad_periods=2,
            ),
            Alarm(
                "market-data-unreadable-files",
                "A file that is no trades file was put into the raw bucket; the processor's log names it.",
                processor.metric("UnreadableObjects"),
                threshold=0,
            ),
            Alarm(
                "market-data-rejected-rows",
                "Many rows of the trades files are bad; the rejects objects say which and why.",
                processor.metric("Rejects"),
                threshold=REJECTED_ROWS_ALARM,
            ),
        ]
        self._alarms["Queues"] += service_alarms.queue_alarms(
            "raw-objects",
            objects.queue.name,
            objects.dead_letter_queue.name,
            oldest_message_seconds=2 * PROCESSOR_TIMEOUT_SECONDS,
        )

    def _api(self) -> None:
        """The API: function, gateway, stage, keys, firewall."""
        stack, context = self._settings.trading_analytics, self.context
        keys, buckets, database = self._keys, self._buckets, self._database
        function = self._function(
            "api",
            "analytics_api",
            "Answers the clients of the API",
            timeout_seconds=API_TIMEOUT_SECONDS,
            memory_mb=API_MEMORY_MB,
            reserved_concurrency=stack.api.concurrency,
            environment={
                "PROCESSED_BUCKET": buckets.analytics.name,
                "RAW_BUCKET": buckets.raw.name,
                "SESSIONS_TABLE": self._tables.sessions.name,
                "ORIGINS": ",".join(stack.api.dashboard_origins),
                **client_environment(
                    context.region,
                    database.reader_endpoint,
                    database.port,
                    DATABASE_NAME,
                    DATABASE_READER,
                    writes=False,
                ),
            },
            shared_packages=["database"],
            statements=[
                # The database has every longer interval.
                *grants.list_objects("Seconds", buckets.analytics.arn, "bars/interval=1s/"),
                *grants.read_objects(
                    context, "Seconds", buckets.analytics.arn, keys.storage.arn, "bars/interval=1s/"
                ),
                # A client uploads by a form that the function signs, so with the function's permission.
                *grants.write_objects(context, "Uploads", buckets.raw.arn, keys.storage.arn, "uploads/"),
                *grants.use_table(
                    context,
                    "Sessions",
                    self._tables.sessions.arn,
                    keys.dynamodb.arn,
                    ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
                ),
                *grants.connect_to_database(context, "Database", database.resource_id, DATABASE_READER),
            ],
            after=[self._migrations.applied],
        )
        account = (
            ApiAccount(self, "api-account", context, ApiAccountProps(boundary_arn=self._boundary.arn))
            if stack.api.account_role
            else None
        )
        api = RestApi(
            self,
            "api",
            context,
            RestApiProps(
                description=Description.read(OPENAPI),
                function_name=function.name,
                function_invoke_arn=function.invoke_arn,
                origins=stack.api.dashboard_origins,
                iam_authorization=stack.api.iam_authorization,
            ),
        )
        self._stage = Stage(
            self,
            "stage",
            context,
            StageProps(
                api_id=api.id,
                api_name=api.name,
                deployment_id=api.deployment_id,
                stage_name=context.suffix,
                rate_limit=stack.api.stage_rate_limit,
                burst_limit=stack.api.stage_rate_limit,
                logs_key_arn=keys.logs.arn,
                log_retention_days=self._settings.log_retention_days,
                after=[account.account] if account else (),
            ),
        )
        self._plans = UsagePlans(
            self,
            "usage-plans",
            context,
            UsagePlansProps(
                api_id=api.id,
                stage_name=self._stage.name,
                clients=stack.api.clients,
                rate_limit=stack.api.key_rate_limit,
                burst_limit=stack.api.key_burst_limit,
            ),
        )
        firewall = WebFirewall(
            self,
            "web-firewall",
            context,
            WebFirewallProps(
                stage_arn=self._stage.arn,
                # A client that keeps to its plan is never blocked: the plan's throttle answers first.
                rate_limit=2 * stack.api.key_rate_limit * EVALUATION_WINDOW_SECONDS,
                logs_key_arn=keys.logs.arn,
                log_retention_days=self._settings.log_retention_days,
            ),
        )
        self._alarms["API"] += [
            Alarm(
                f"api-{store}-unavailable",
                f"Requests fail since {what} can't be reached or refuses the function.",
                function.metric(metric),
                threshold=0,
                periods=5,
                bad_periods=2,
            )
            for store, what, metric in (
                ("database", "the database", "DatabaseUnavailable"),
                ("sessions", "the table of sessions", "SessionsUnavailable"),
                ("objects", "the bucket of bars", "ObjectsUnavailable"),
            )
        ]
        self._log_groups["api-access"] = (self._stage.access_logs, critical.API_ACCESS_EVENTS)
        self._log_groups["api-execution"] = (self._stage.execution_logs, critical.API_EXECUTION_EVENTS)
        self._log_groups["web-firewall"] = (firewall.logs, None)
        self._alarms["API"] += service_alarms.api_alarms(
            "api",
            api.name,
            self._stage.name,
            server_error_percent=stack.api.error_alarm_percent,
            client_error_percent=CLIENT_ERROR_ALARM_PERCENT,
            latency_p99_ms=stack.api.latency_alarm_ms,
        )
        throttled = LogMetric(
            self,
            "throttled-requests",
            context,
            LogMetricProps(
                purpose="api-throttled-requests",
                log_group_name=self._stage.access_logs.name,
                pattern=critical.API_THROTTLED_EVENTS,
            ),
        )
        self._alarms["API"].append(
            Alarm(
                "api-throttled-requests",
                "A client asks for more than its key allows; the access log's apiKeyId says which.",
                throttled.metric,
                # One in a hundred of what one key may ask.
                threshold=stack.api.key_rate_limit * 60 / 100,
                periods=5,
                bad_periods=3,
            )
        )
        self._alarms["Web firewall"] += service_alarms.firewall_alarms(
            "web-firewall", firewall.name, stack.region, blocked_requests=BLOCKED_REQUESTS_ALARM
        )

    def _compliance(self) -> None:
        """Config's recorder and rules, their notifications, the audit trail, the password policy."""
        stack, context = self._settings.trading_analytics, self.context
        recorder = (
            ComplianceRecorder(
                self,
                "compliance-recorder",
                context,
                ComplianceRecorderProps(
                    boundary_arn=self._boundary.arn,
                    key_arn=self._keys.storage.arn,
                    access_log_bucket=self._access_logs.name,
                    retention_days=self._settings.log_archive_days,
                    record_global_types=True,
                ),
            )
            if stack.config_recorder
            else None
        )
        if recorder:
            RecorderNotifications(self, "config-notifications", context, self._topic.arn)
        ComplianceRules(
            self,
            "compliance-rules",
            context,
            ComplianceRulesProps(recorder=[recorder.running] if recorder else ()),
        )
        ComplianceNotifications(self, "compliance-notifications", context, self._topic.arn)
        if stack.password_policy:
            PasswordPolicy(self, "password-policy")
        if stack.audit_trail:
            trail = AuditTrail(
                self,
                "audit-trail",
                context,
                AuditTrailProps(
                    boundary_arn=self._boundary.arn,
                    bucket=self._archive.bucket.name,
                    bucket_ready=self._archive.bucket.ready,
                    storage_key_arn=self._keys.storage.arn,
                    logs_key_arn=self._keys.logs.arn,
                    data_bucket_arns=[self._buckets.raw.arn, self._buckets.analytics.arn],
                ),
            )
            # The trail's files are in the archive already, so its log group is watched and not carried there.
            self._critical_events.watch("audit-trail", trail.log_group, critical.TRAIL_EVENTS)
            self._alarms["Security"].append(
                service_alarms.silence_alarm(
                    "audit-trail",
                    "the audit trail",
                    Metric("AWS/Logs", "IncomingLogEvents", {"LogGroupName": trail.log_group.name}),
                )
            )
            self._alarms["Security"] += SecurityMetrics(
                self, "security-metrics", context, SecurityMetricsProps(trail.log_group.name)
            ).alarms

    def _observability(self) -> None:
        """Logs to the archive, critical events to the alert function, alarms, dashboard."""
        context = self.context
        for purpose, (log_group, events) in self._log_groups.items():
            self._archive.archive(purpose, log_group.name)
            if events is not None and log_group is not self._alert_function.log_group:
                self._critical_events.watch(purpose, log_group, events)
        self._alarms["Log archive"] += service_alarms.delivery_alarms(
            "log-archive", self._archive.stream_name
        )
        self._alarms["Network"] += service_alarms.nat_gateway_alarms("nat", self._vpc.nat_gateway_ids)
        alarms = Alarms(
            self,
            "alarms",
            context,
            AlarmsProps(
                topic_arn=self._topic.arn,
                alarms=[alarm for group in self._alarms.values() for alarm in group],
            ),
        )
        CompositeAlarm(
            self,
            "platform-alarm",
            context,
            CompositeAlarmProps(
                purpose="platform",
                description="Something in the platform needs attention; the alarms inside say what.",
                alarm_names=alarms.names,
                topic_arn=self._topic.arn,
            ),
        )
        if self._settings.monthly_budget_usd:
            CostBudget(
                self,
                "cost-budget",
                context,
                CostBudgetProps(
                    limit_usd=self._settings.monthly_budget_usd,
                    topic_arn=self._topic.arn,
                ),
            )
        self._dashboard = Dashboard(
            self,
            "dashboard",
            context,
            DashboardProps(purpose="platform", alarm_arns=alarms.arns, rows=alarm_rows(self._alarms)),
        )

    def _outputs(self) -> None:
        """Say what people and other stacks need to know (GEN-8)."""
        outputs: dict[str, tuple[str, object]] = {
            "vpc_id": ("Id of the VPC", self._vpc.vpc_id),
            "public_subnet_ids": (
                "Subnets of what faces the internet",
                self._vpc.public.subnet_ids,
            ),
            "private_subnet_ids": ("Subnets of the functions", self._vpc.private.subnet_ids),
            "database_subnet_ids": ("Subnets of the database", self._vpc.database.subnet_ids),
            "database_endpoint": ("Address of the database's writer", self._database.endpoint),
            "database_reader_endpoint": ("Address of the database's readers", self._database.reader_endpoint),
            "api_url": ("Address of the API", self._stage.invoke_url),
            "api_key_ids": ("Id of each client's API key", self._plans.key_ids),
            "raw_bucket": ("Bucket that trades are put into", self._buckets.raw.name),
            "analytics_bucket": ("Bucket of bars and analytics", self._buckets.analytics.name),
            "archive_bucket": ("Bucket of the long-term archive", self._buckets.archive.name),
            "log_archive_bucket": ("Bucket that every log ends in", self._archive.bucket.name),
            "sessions_table": ("Table of the dashboard's sessions", self._tables.sessions.name),
            "api_keys_table": ("Table of who holds which API key", self._tables.api_keys.name),
            "key_arns": (
                "Encryption key of each purpose",
                {name: key.arn for name, key in self._keys.all.items()},
            ),
            "alert_topic_arn": ("Topic that every alert goes to", self._topic.arn),
            "dashboard_url": ("Page of the dashboard", self._dashboard.url),
        }
        for name, (description, value) in outputs.items():
            TerraformOutput(self, name, description=description, value=value, static_id=True)
        TerraformOutput(
            self,
            "database_secret_arn",
            description="Secret of the database's master user",
            value=self._database.master_secret_arn,
            sensitive=True,
            static_id=True,
        )
