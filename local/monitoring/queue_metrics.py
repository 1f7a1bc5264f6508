"""The metrics that SQS puts for each queue, once a minute.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
SQS stops for a queue that was idle for six hours; here it does not.
"""

from moto.sqs.models import sqs_backends

from local.monitoring import clock, metrics


def put(at: float) -> None:
    """Puts the metrics of every queue.

    Args:
        at: their time, seconds since 1970.
    """
    now = clock.now()
    for account in [*sqs_backends.values()]:
        for backend in [*account.values()]:
            for queue in [*backend.queues.values()]:
                messages = [*queue._messages]
                visible = [one for one in messages if one.visible and not one.delayed]
                delayed = [one for one in messages if one.delayed]
                since = min((getattr(one, "added_at", now) for one in messages), default=now)
                dimensions = {"QueueName": queue.name}
                counts = {
                    "ApproximateNumberOfMessagesVisible": len(visible),
                    "ApproximateNumberOfMessagesDelayed": len(delayed),
                    "ApproximateNumberOfMessagesNotVisible": len(messages) - len(visible) - len(delayed),
                }
                account_id, region = queue.account_id, queue.region
                metrics.put(account_id, region, "AWS/SQS", counts, dimensions, at=at, unit="Count")
                oldest = {"ApproximateAgeOfOldestMessage": now - since}
                metrics.put(account_id, region, "AWS/SQS", oldest, dimensions, at=at, unit="Seconds")
