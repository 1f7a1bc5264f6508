"""Commands of the AWS CLI, checked by the models that the CLI itself is made from."""

import re
import shlex
from functools import cache

import jmespath
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.session import get_session

_OF_EVERY_COMMAND = frozenset({"output", "query"})
# What the CLI has beside the services' operations, with the options that are used here.
_OF_THE_CLI_ITSELF = {
    ("s3", "cp"): {"recursive"},
    ("s3", "ls"): set[str](),
    ("s3", "rm"): set[str](),
    ("logs", "tail"): {"since"},
}
_API_OF = {"s3api": "s3", "configservice": "config"}


def commands(shell: str) -> list[list[str]]:
    """Return the words of each AWS command in a piece of shell.

    Raises:
        AssertionError: One could not be read.
    """
    text = re.sub(r"\s# .*$", "", shell.replace("\\\n", " "), flags=re.MULTILINE)
    text = re.sub(r"<[^<>\n]+>", "PLACEHOLDER", text)
    substitution = re.compile(r"\$\(\([^()]*\)\)|\$\((?!aws )[^()]*\)")
    while substitution.search(text):
        text = substitution.sub("SUBSTITUTED", text)
    lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    found: list[list[str]] = []
    words: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) <= set("();|&<>"):
            found += [words[words.index("aws") :]] if "aws" in words else []
            words = []
        else:
            words.append(token)
    assert len(found) == len(re.findall(r"(?<![\w-])aws (?=[a-z])", text)), f"unreadable:\n{shell}"
    return found


def faults(command: list[str]) -> list[str]:
    """Say what is wrong with a command; empty where nothing is."""
    _, service, operation, *arguments = command
    options = [word.removeprefix("--") for word in arguments if word.startswith("--")]
    wrong = _faults_of_query(arguments[arguments.index("--query") + 1]) if "query" in options else []
    given = set(options) - _OF_EVERY_COMMAND
    if known := _OF_THE_CLI_ITSELF.get((service, operation)):
        return wrong + [f"no option --{name}" for name in given - known]
    if (service, operation) in _OF_THE_CLI_ITSELF:
        return wrong + [f"no option --{name}" for name in given]
    api = _API_OF.get(service, service)
    if api not in get_session().get_available_services():
        return [f"there is no service {service}"]
    if operation == "wait":
        waiter, *_ = arguments
        operation = _operations_of_waiters(api).get(waiter, "")
        if not operation:
            return [f"there is no waiter {waiter} of {service}"]
    operations = {xform_name(name, "-"): name for name in _model(api).operation_names}
    if operation not in operations:
        return [f"{service} has no {operation}"]
    shape = _model(api).operation_model(operations[operation]).input_shape
    members = {xform_name(name, "-"): name for name in (shape.members if shape else {})}
    needed = {xform_name(name, "-") for name in (shape.required_members if shape else [])}
    return [
        *wrong,
        *(f"{operation} has no --{name}" for name in given if name.removeprefix("no-") not in members),
        *(f"{operation} needs --{name}" for name in needed - given),
    ]


def _faults_of_query(query: str) -> list[str]:
    try:
        jmespath.compile(query)
    except jmespath.exceptions.ParseError as error:
        return [str(error)]
    return []


@cache
def _model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


@cache
def _operations_of_waiters(service: str) -> dict[str, str]:
    model = get_session().get_waiter_model(service)
    return {
        xform_name(name, "-"): xform_name(model.get_waiter(name).operation, "-")
        for name in model.waiter_names
    }
