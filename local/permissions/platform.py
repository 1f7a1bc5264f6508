"""What Lambda itself does with a function's role: logs, polling, dead letters, the environment.

The function's code has no part in it, so `lambda:SourceFunctionArn` is missing from these requests.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

import logging

from local.permissions import guard, principals, services
from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses
from local.runtime.function import FunctionConfiguration

_logger = logging.getLogger(__name__)


def may(function: FunctionConfiguration, service: str, operation: str, **parameters: str) -> bool:
    """Whether Lambda may do something for a function; tells the local AWS's own log if it may not.

    Args:
        function: whose role it is.
        service: the service by botocore's name.
        operation: name of the operation.
        parameters: its parameters, as boto3 names them.
    """
    call = Call(service, operation, parameters, function.region, function.account_id)
    return _may(function, services.accesses(call))


def may_read_environment(function: FunctionConfiguration) -> bool:
    """Whether a function's environment can be decrypted; True where no key of the customer's protects it.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    call = Call("lambda", "Invoke", {}, function.region, function.account_id)
    arn = customer_key(function.environment_key, function.account_id, function.region)
    unqualified = ":".join(function.arn.split(":")[:7])
    return _may(function, uses(call, arn, ["Decrypt"], {"aws:lambda:FunctionArn": unqualified}))


def _may(function: FunctionConfiguration, accesses: list[Access]) -> bool:
    try:
        guard.demand(principals.of_lambda(function), *accesses)
    except guard.AccessDeniedError as error:
        _logger.error("%s: %s", function.name, error)
        return False
    return True
