"""What each type of resource costs; a type is here or in ``free.py``."""

from collections.abc import Mapping

from tools.cost.charges import Pricer
from tools.cost.services import (
    alarms,
    api,
    database,
    functions,
    logs,
    messaging,
    network,
    security,
    storage,
)

PRICERS: Mapping[str, Pricer] = {
    "aws_api_gateway_method_settings": api.method_metrics,
    "aws_api_gateway_rest_api": api.rest_apis,
    "aws_cloudtrail": security.trails,
    "aws_cloudwatch_composite_alarm": alarms.composite_alarms,
    "aws_cloudwatch_dashboard": alarms.dashboards,
    "aws_cloudwatch_log_group": logs.log_groups,
    "aws_cloudwatch_log_metric_filter": logs.metric_filters,
    "aws_cloudwatch_metric_alarm": alarms.metric_alarms,
    "aws_config_config_rule": security.rules,
    "aws_config_configuration_recorder": security.recorders,
    "aws_dynamodb_table": storage.tables,
    "aws_eip": network.public_addresses,
    "aws_kinesis_firehose_delivery_stream": logs.archive_streams,
    "aws_kms_key": security.keys,
    "aws_lambda_function": functions.functions,
    "aws_nat_gateway": network.nat_gateways,
    "aws_rds_cluster": database.clusters,
    "aws_rds_cluster_instance": database.instances,
    "aws_s3_bucket": storage.buckets,
    "aws_secretsmanager_secret_rotation": security.rotations,
    "aws_sns_topic": messaging.topics,
    "aws_sqs_queue": messaging.queues,
    "aws_vpc_endpoint": network.endpoints,
    "aws_wafv2_web_acl": api.firewalls,
}
