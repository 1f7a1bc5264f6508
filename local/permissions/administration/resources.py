"""On what a call is: the ARNs of its resources, from its parameters and what moto keeps."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product

from moto.config.models import config_backends
from moto.core.utils import get_service_model
from moto.ec2.models import ec2_backends
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.wafv2.models import wafv2_backends

from local.permissions.administration.definitions import Action, ResourceType
from local.permissions.call import Call, UnknownCallError
from local.permissions.evaluation import Access

ANY = "*"
"""Stands for a name that AWS makes up as it makes the resource: the name of nothing yet."""

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

_NOT_ALWAYS_THERE = {("rds:DeleteDBCluster", "cluster-snapshot")}
"""Required by AWS's list, but only by what no stack of ours does: a final snapshot."""


def of(call: Call, action: Action) -> list[str]:
    """The ARNs that an action is asked on; `*` where it has no resource level.

    Every resource of a required type has to be allowed, and every other one that the call names.

    Raises:
        UnknownCallError: the call does not say.
    """
    if not action.resource_types:
        return [ANY]
    found: dict[str, None] = {}
    for kind in action.resource_types:
        if (action.name, kind.name) in _NOT_ALWAYS_THERE:
            continue
        try:
            arns = _of_kind(call, kind)
        except KeyError:  # a parameter that is not in the call
            arns = []
        if not arns and kind.required and action.access_level != "List":
            raise UnknownCallError(f"{call.service}:{call.operation}: on which {kind.name}?")
        found.update(dict.fromkeys(arns))
    if not found and action.access_level == "List":  # names nothing, so asks for all
        found[_filled(call, action.resource_types[0].arn, lambda _: [ANY])[0]] = None
    if not found:
        raise UnknownCallError(f"{call.service}:{call.operation}: on what?")
    return list(found)


def rest_access(call: Call) -> Access:
    """What an operation of API Gateway takes: its HTTP method, on its path.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-apis.html
    """
    operation = get_service_model(call.service).operation_model(call.operation)
    path = operation.http["requestUri"].partition("?")[0]
    for name, shape in operation.input_shape.members.items():
        if shape.serialization.get("location") == "uri":
            label = shape.serialization["name"]
            path = re.sub(rf"\{{{label}\+?\}}", str(call.parameters.get(name, ANY)), path)
    return Access(
        f"apigateway:{operation.http['method']}", f"arn:{call.partition}:apigateway:{call.region}::{path}"
    )


def role_arn(call: Call, name: str) -> str:
    """ARN of a role, its path included."""
    try:
        return str(iam_backends[call.account_id][call.partition].get_role(name).arn)
    except NotFoundException:
        return f"arn:{call.partition}:iam::{call.account_id}:role{call.parameters.get('Path', '/')}{name}"


def _of_kind(call: Call, kind: ResourceType) -> list[str]:
    service = kind.arn.split(":")[2]
    if service == "ec2":
        return [call.arn(f"{kind.name}/{id_}", "ec2") for id_ in _ec2_ids(call, kind)]
    special = _SPECIAL.get((service, kind.name))
    if special is not None:
        return list(special(call))
    if service == "wafv2":  # beside the web ACL's own name, others are named by ARNs only
        return _given(call, kind)
    return _given(call, kind) or _filled(call, kind.arn, lambda name: _named(call, service, name))


def _given(call: Call, kind: ResourceType) -> list[str]:
    """The ARNs of the kind that the call's parameters are."""
    pattern = _pattern(kind.arn)
    return [value for value in _values(call) if pattern.fullmatch(value)]


@cache
def _pattern(arn: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\$\\\{\w+\\\}", "[^:]*", re.escape(arn)))


def _filled(call: Call, arn: str, named: Callable[[str], Iterable[str]]) -> list[str]:
    """An ARN with its placeholders filled, in every way."""
    of_call = {"Partition": call.partition, "Region": call.region, "Account": call.account_id}
    names = _PLACEHOLDER.findall(arn)
    ways = product(*([of_call[name]] if name in of_call else list(named(name)) for name in names))
    return [_fill(arn, dict(zip(names, way, strict=True))) for way in ways]


def _fill(arn: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], arn)


def _named(call: Call, service: str, placeholder: str) -> list[str]:
    """What a placeholder of an ARN stands for in a call: a parameter of its name, or of one written below."""
    for name in _PARAMETERS.get((service, placeholder), (placeholder,)):
        for spelled in (name, f"{name}s", name[0].lower() + name[1:]):
            value = call.parameters.get(spelled)
            if value:
                values = [value] if isinstance(value, str | int) else value
                return [_bare(name, str(one)) for one in values]
    return []


def _bare(parameter: str, value: str) -> str:
    """The name in a parameter that is more than a name."""
    if parameter == "QueueUrl":
        return value.rstrip("/").rpartition("/")[2]
    return value.removeprefix("alias/") if parameter == "AliasName" else value


_PARAMETERS = {
    ("cloudtrail", "TrailName"): ("Name", "TrailName"),
    ("events", "RuleName"): ("Rule", "Name"),
    ("kms", "Alias"): ("AliasName",),
    ("lambda", "LayerVersion"): ("VersionNumber",),
    ("rds", "ClusterParameterGroupName"): ("DBClusterParameterGroupName",),
    ("rds", "DbClusterInstanceName"): ("DBClusterIdentifier",),
    ("rds", "DbInstanceName"): ("DBInstanceIdentifier",),
    ("rds", "SubnetGroupName"): ("DBSubnetGroupName",),
    ("s3", "BucketName"): ("Bucket",),
    ("s3", "ObjectName"): ("Key",),
    ("sns", "TopicName"): ("Name",),
    ("sqs", "QueueName"): ("QueueName", "QueueUrl"),
}
"""Where the name is that AWS's list calls otherwise than the service's API does."""


def _values(call: Call) -> Iterator[str]:
    """The texts among the parameters, those in lists too."""
    for value in call.parameters.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))


_EC2_PREFIXES = {
    "elastic-ip": "eipalloc",
    "internet-gateway": "igw",
    "natgateway": "nat",
    "network-acl": "acl",
    "network-interface": "eni",
    "route-table": "rtb",
    "security-group": "sg",
    "security-group-rule": "sgr",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpc-endpoint": "vpce",
    "vpc-flow-log": "fl",
}
_EC2_MAKING = ("Allocate", "Authorize", "Create")


def _ec2_ids(call: Call, kind: ResourceType) -> Iterable[str]:
    """The ids of one kind of resource, which tell the kind; `*` for what the call makes."""
    prefix = _EC2_PREFIXES.get(kind.name)
    if prefix is None:
        return []
    ids = [value for value in _values(call) if value.rpartition("-")[0] == prefix]
    tagged = (one["ResourceType"] for one in call.parameters.get("TagSpecifications", []))
    if not ids and call.operation.startswith(_EC2_MAKING) and (kind.required or kind.name in tagged):
        return [ANY]
    return ids or _associated(call, kind.name)


def _associated(call: Call, kind: str) -> Iterator[str]:
    """The resources of a kind that an association connects."""
    association = call.parameters.get("AssociationId")
    backend = ec2_backends[call.account_id][call.region]
    for address in list(backend.addresses):
        if association is not None and address.association_id == association:
            if kind == "elastic-ip":
                yield address.allocation_id
            elif kind == "network-interface" and address.eni:
                yield address.eni.id
    for table in list(backend.route_tables.values()):
        connected = table._associations.get(association)  # moto has no other way to ask
        if connected is not None and kind in ("route-table", "subnet"):
            yield table.id if kind == "route-table" else str(connected)
    for acl in list(backend.network_acls.values()):
        replaced = acl._associations.get(association)
        if replaced is not None and kind == "subnet":
            yield replaced.subnet_id


def _budget(call: Call) -> Iterator[str]:
    budget = call.parameters.get("Budget") or call.parameters.get("NewBudget") or {}
    parameters = {**call.parameters, **budget}
    name = parameters.get("BudgetName") or parameters["ResourceARN"].rpartition("/")[2]
    yield f"arn:{call.partition}:budgets::{call.account_id}:budget/{name}"


def _key(call: Call) -> Iterator[str]:
    """The key that a call names in one of KMS's four ways, or whose alias it names."""
    backend = kms_backends[call.account_id][call.region]
    reference = call.parameters.get("TargetKeyId") or call.parameters.get("KeyId")
    reference = str(reference or call.parameters["AliasName"])
    if "alias/" in reference:
        reference = backend.get_key_id_from_alias(f"alias/{reference.partition('alias/')[2]}") or ""
    id_ = reference.rpartition("/")[2]
    if id_:
        yield call.arn(f"key/{id_}", "kms")


def _role(call: Call) -> Iterator[str]:
    yield role_arn(call, call.parameters["RoleName"])


def _policy(call: Call) -> Iterator[str]:
    if "PolicyName" in call.parameters:
        path = call.parameters.get("Path", "/")
        yield f"arn:{call.partition}:iam::{call.account_id}:policy{path}{call.parameters['PolicyName']}"
    else:
        yield call.parameters["PolicyArn"]


def _function(call: Call) -> Iterator[str]:
    """The function by its name or ARN, without version and alias."""
    reference = str(call.parameters.get("FunctionName") or call.parameters.get("Resource", ""))
    if ":function:" in reference:
        reference = reference.partition(":function:")[2]
    elif reference.startswith("arn:"):
        return
    if reference:
        yield call.arn(f"function:{reference.partition(':')[0]}", "lambda")


def _config_rules(call: Call) -> Iterator[str]:
    """Rules have ids in their ARNs, and names in the API."""
    arn = call.parameters.get("ResourceArn")
    if arn is not None:
        if ":config-rule/" in arn:
            yield arn
        return
    named = {**call.parameters, **call.parameters.get("ConfigRule", {})}
    name = named["ConfigRuleName"]
    rule = config_backends[call.account_id][call.region].config_rules.get(name)
    yield rule.config_rule_arn if rule else call.arn(f"config-rule/{ANY}", "config")


def _config_recorders(call: Call) -> Iterator[str]:
    """A recorder's id is nowhere in its API."""
    one = call.parameters.get("ConfigurationRecorder", {}).get("name")
    name = one or call.parameters.get("ConfigurationRecorderName")
    for found in [name] if name else call.parameters.get("ConfigurationRecorderNames", []):
        yield call.arn(f"configuration-recorder/{found}/{ANY}", "config")


def _custom_bus_rules(call: Call) -> Iterator[str]:
    if call.parameters.get("EventBusName", "default") != "default":
        raise UnknownCallError(f"{call.service}:{call.operation}: rules of custom event buses")
    return iter(())


def _log_groups(call: Call) -> Iterator[str]:
    """Every action but those on tags has `:*` behind the name.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    arn = call.parameters.get("resourceArn")
    if arn is not None:
        yield arn.removesuffix(":*")
    elif "logGroupName" in call.parameters:
        yield call.arn(f"log-group:{call.parameters['logGroupName']}:*", "logs")


def _option_group(call: Call) -> Iterator[str]:
    yield from _default_group(call, "og", "OptionGroupName", ":")


def _parameter_group(call: Call) -> Iterator[str]:
    yield from _default_group(call, "pg", "DBParameterGroupName", ".")


def _default_group(call: Call, kind: str, parameter: str, separator: str) -> Iterator[str]:
    """A cluster or instance that names no group takes the default one.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples-create-and-modify-examples.html
    """
    name = call.parameters.get(parameter)
    if name is None and call.operation.startswith("Create"):
        name = f"default{separator}{call.parameters['Engine']}{ANY}"
    if name is not None:
        yield call.arn(f"{kind}:{name}", "rds")


def _web_acl(call: Call) -> Iterator[str]:
    parameters = {**call.parameters, **call.parameters.get("LoggingConfiguration", {})}
    for name in ("WebACLArn", "ResourceArn", "ResourceARN"):
        if "/webacl/" in parameters.get(name, ""):
            yield parameters[name]
            return
    if "Name" in parameters:
        scope, name, id_ = parameters["Scope"].lower(), parameters["Name"], parameters.get("Id", ANY)
        yield call.arn(f"{scope}/webacl/{name}/{id_}", "wafv2")
        return
    # Of whatever protects a resource; nothing may
    found = wafv2_backends[call.account_id][call.region].get_web_acl_for_resource(parameters["ResourceArn"])
    yield found.arn if found else call.arn(f"regional/webacl/{ANY}/{ANY}", "wafv2")


def _protected_stage(call: Call) -> Iterator[str]:
    """Stage of a REST API, for which AWS's list has no ARN in `apigateway:SetWebACL`."""
    yield call.parameters["ResourceArn"]


def _managed_rules(call: Call) -> Iterator[str]:
    """Rule groups of AWS that a web ACL uses.

    https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_id-based-policy-examples.html
    """
    for rule in call.parameters.get("Rules", []):
        group = rule.get("Statement", {}).get("ManagedRuleGroupStatement")
        if group:
            yield call.arn(
                f"{call.parameters['Scope'].lower()}/managedruleset/{group['Name']}/{ANY}", "wafv2"
            )


_SPECIAL: dict[tuple[str, str], Callable[[Call], Iterable[str]]] = {
    ("apigateway", "Stage"): _protected_stage,
    ("budgets", "budget"): _budget,
    ("config", "ConfigRule"): _config_rules,
    ("config", "ConfigurationRecorder"): _config_recorders,
    ("events", "rule-on-custom-event-bus"): _custom_bus_rules,
    ("iam", "policy"): _policy,
    ("iam", "role"): _role,
    ("kms", "key"): _key,
    ("lambda", "function"): _function,
    ("logs", "log-group"): _log_groups,
    ("rds", "og"): _option_group,
    ("rds", "pg"): _parameter_group,
    ("wafv2", "managedruleset"): _managed_rules,
    ("wafv2", "webacl"): _web_acl,
}
