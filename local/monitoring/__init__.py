"""CloudWatch at work: log events become metrics, metrics move alarms, alarms publish to topics.

moto keeps what was declared and what was put, and evaluates nothing.
"""
