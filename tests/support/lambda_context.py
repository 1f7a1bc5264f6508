"""What Lambda tells a function of an invocation, for tests that call a handler."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LambdaContext:
    """The part of the context that Powertools reads."""

    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:111122223333:function:function"
    aws_request_id: str = "request"
