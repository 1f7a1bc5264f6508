"""What invokes functions besides the Invoke API: queues, notifications and log subscriptions."""
