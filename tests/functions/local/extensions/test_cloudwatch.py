from collections.abc import Callable
from typing import Any


def test_a_composite_alarm_comes_back_as_it_was_put(client: Callable[[str], Any], unique: str) -> None:
    cloudwatch = client("cloudwatch")
    alarm = {
        "AlarmName": unique,
        "AlarmRule": "ALARM(errors-dev) OR ALARM(latency-dev)",
        "AlarmDescription": "anything",
        "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:alerts-dev"],
        "OKActions": ["arn:aws:sns:us-east-1:123456789012:recovered-dev"],
        "ActionsEnabled": True,
    }
    tags = [{"Key": "Environment", "Value": "dev"}]
    cloudwatch.put_composite_alarm(**alarm, Tags=tags)

    answer = cloudwatch.describe_alarms(AlarmNames=[unique], AlarmTypes=["CompositeAlarm"])

    assert answer["MetricAlarms"] == []
    assert [{name: one[name] for name in alarm} for one in answer["CompositeAlarms"]] == [alarm]
    arn = answer["CompositeAlarms"][0]["AlarmArn"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags
