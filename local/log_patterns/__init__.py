"""CloudWatch Logs filter patterns, of subscription filters and metric filters; `pattern` is the way in.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""
