"""Finds in a synthesized stack what the picture shows: nothing is drawn that the resources do not say."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tools.architecture.graph import Actor, Edge, Graph, Node
from tools.architecture.kinds import KINDS, LINKS, NOT_DRAWN, PARTS, Kind, Link
from tools.architecture.network import VirtualNetwork
from tools.architecture.template import Block, Template, counted, references, targets, values
from tools.errors import ToolError

_NAMES = ("function_name", "bucket", "name", "identifier", "cluster_identifier")
_ACRONYMS = {"acl": "ACL", "api": "API", "github": "GitHub", "oidc": "OIDC"}
_READS = re.compile(r"[a-z0-9]+:(Get|BatchGet|Query|Scan)")
_WRITES = re.compile(r"[a-z0-9]+:(Put|BatchWrite|Update|Delete|Send|Publish)")
_CONTENTS = {
    "dynamodb": "items",
    "s3": "objects",
    "secretsmanager": "password",
    "sns": "alerts",
    "sqs": "messages",
}
"""What a permission on a service lets through; others are none on data, such as those on keys."""
_SENDERS = {
    "api": "API",
    "bucket": "bucket",
    "database": "database",
    "lambda": "function",
    "queue": "queue",
    "shield": "firewall",
    "trail": "trail",
    "vpc": "VPC",
}
"""What to call those that send to a quiet node, by their icons."""
_MANY = ("bucket", "function", "queue")


@dataclass
class _Found:
    """What resources say of one pair of nodes."""

    flow: str
    labels: Counter[str] = field(default_factory=Counter)
    forth: bool = False
    back: bool = False


class _Finder:
    """Collects nodes, then what goes from one to the other."""

    def __init__(self, template: Template, workload: str) -> None:
        self._template = template
        self._workload = workload
        self._network = VirtualNetwork(template)
        self._nodes: dict[str, Node] = {}
        self._owners: dict[str, str] = {}
        self._quiet: dict[str, Counter[str]] = {}
        self._found: dict[tuple[str, str], _Found] = {}
        self._flow_of: dict[str, str] = {}
        self._in_front: dict[str, str] = {}

    def graph(self, actors: Iterable[Actor]) -> Graph:
        for kind in KINDS:
            self._add(kind)
        for node, addresses in self._network.nodes():
            self._node(node, addresses)
        self._databases()
        for link in LINKS:
            self._link(link)
        self._flow_logs()
        self._events_of_services()
        self._deployment()
        for address, block in self._template.all("aws_lambda_function").items():
            self._connections(address, block)
            self._permissions(self._owners[address], targets(block, "role"))
        self._federated()
        for tier, gateway in self._network.ways_out():
            self._goes(tier, self._owners[gateway], "route", "network")
        for actor in actors:
            self._actor(actor)
        self._subscribers()
        if unknown := [type_ for type_ in self._template.unread() if type_ not in NOT_DRAWN]:
            raise ToolError(
                f"The picture does not know {', '.join(unknown)}: "
                "say in tools/architecture/kinds.py how to draw it, or why not to"
            )
        self._say_senders()
        return Graph(self._nodes, list(self._edges()), self._template.region, self._network.drawn)

    # --- Nodes ---------------------------------------------------------------------------------------

    def _name(self, block: Block) -> str:
        """Return a resource's name without workload, environment and account."""
        name = block.get("tags", {}).get("Name") or next(block[key] for key in _NAMES if key in block)
        return re.sub(rf"^{self._workload}-|-{self._template.suffix}(-\$.*)?$", "", name)

    def _node(self, node: Node, addresses: Iterable[str]) -> None:
        if node.key in self._nodes:
            raise ToolError(f"Two parts of the picture would be called {node.key}")
        self._nodes[node.key] = node
        self._owners |= dict.fromkeys(addresses, node.key)

    def _add(self, kind: Kind) -> None:
        chosen = {
            address: block
            for address, block in self._template.all(kind.type).items()
            if kind.where(self._template, address)
        }
        for address, block in chosen.items():
            if not kind.key:
                self._node(self._alone(kind, block), [address])
        if kind.key and chosen:
            lines = (counted(len(chosen), kind.counted),) if kind.counted else ()
            before = self._nodes.get(kind.key) or Node(kind.key, kind.title, (), kind.glyph, kind.family)
            self._nodes[kind.key] = replace(before, lines=before.lines + lines)
            self._owners |= dict.fromkeys(chosen, kind.key)
        if kind.quiet:
            self._quiet |= {self._owners[address]: Counter() for address in chosen}

    def _alone(self, kind: Kind, block: Block) -> Node:
        tier, zone = self._network.place(block)
        name = self._name(block)
        lines = tuple(filter(None, (kind.service, *kind.lines(self._template, block))))
        return Node(name, _words(name), lines, kind.glyph, kind.family, tier=tier, zone=zone)

    def _databases(self) -> None:
        """Clusters, their instances, and the secret that RDS keeps of the master user."""
        for address, block in self._template.all("aws_rds_cluster").items():
            key, (tier, _) = self._name(block), self._network.place(block)
            scaling = block["serverlessv2_scaling_configuration"]
            title = (
                f"Aurora PostgreSQL {block['engine_version']}, serverless, "
                f"{scaling['min_capacity']:g} to {scaling['max_capacity']:g} capacity units"
            )
            self._node(Node(key, title, (), "database", "database", tier=tier, holds=True), [address])
            self._instances(address, tier)
            for rotation in self._template.all("aws_secretsmanager_secret_rotation").values():
                days = rotation["rotation_rules"]["automatically_after_days"]
                if address in targets(rotation, "secret_id"):
                    lines = ("Secrets Manager", f"rotated every {days} days")
                    self._node(
                        Node(f"{key}-secret", "database password", lines, "secret", "security"),
                        [f"{address}.master_user_secret"],
                    )
            if block.get("enabled_cloudwatch_logs_exports"):
                self._quiet["log-groups"]["database"] += 1

    def _instances(self, cluster: str, tier: str | None) -> None:
        instances = {
            address: block
            for address, block in self._template.all("aws_rds_cluster_instance").items()
            if cluster in targets(block, "cluster_identifier")
        }
        first = min((block["promotion_tier"] for block in instances.values()), default=0)
        for block in instances.values():
            priority = block["promotion_tier"]
            self._node(
                Node(
                    self._name(block),
                    "writer" if priority == first else "reader",
                    (f"failover priority {priority}",),
                    "database",
                    "database",
                    tier=tier,
                    zone=self._network.zone_of(block),
                ),
                [],
            )

    def _actor(self, actor: Actor) -> None:
        if actor.output not in self._template.outputs:
            raise ToolError(f"{actor.title} needs the output {actor.output}, which the stack does not have")
        self._nodes[actor.key] = Node(
            actor.key, actor.title, (actor.line,), actor.glyph, "outside", outside=True
        )
        for target in self._owned(self._template.outputs[actor.output]["value"]):
            self._goes(actor.key, self._in_front.get(target, target), actor.label, actor.flow)

    def _subscribers(self) -> None:
        subscriptions = self._template.all("aws_sns_topic_subscription").values()
        for block in subscriptions:
            key = f"{block['protocol']}-subscribers"
            self._nodes[key] = Node(
                key, "People on call", (f"by {block['protocol']}",), "people", "outside", outside=True
            )
            for topic in self._owned(block["topic_arn"]):
                self._goes(topic, key, "alerts", "alerts")

    # --- What goes from one to the other ---------------------------------------------------------------

    def _owned(self, value: object) -> Iterator[str]:
        """Yield the nodes of what a value refers to."""
        for address, attribute in references(value):
            if address.startswith("data."):
                continue
            whole = self._template.whole(address, PARTS)
            owner = self._owners.get(f"{whole}.{attribute}") or self._owners.get(whole)
            if owner is None:
                self._template.get(whole)  # says so where the stack does not have it at all
                raise ToolError(f"Nothing in the picture stands for {whole}")
            yield owner

    def _goes(self, source: str, target: str, label: str, flow: str, *, back: bool = False) -> None:
        """Note that something goes from one node to another, or the other way (``back``)."""
        if target in self._quiet:
            glyph = self._nodes[source].glyph
            self._quiet[target][_SENDERS[glyph]] += 1
            return
        found = self._found.setdefault((source, target), _Found(flow))
        found.labels[label] += 1
        found.back |= back
        found.forth |= not back

    def _flow(self, holder: str) -> str:
        """Return what the work of a function is a part of: what invokes it says so."""
        if holder not in self._flow_of:
            raise ToolError(f"Nothing in the stack invokes {holder}")
        return self._flow_of[holder]

    def _link(self, link: Link) -> None:
        for address, block in self._template.all(link.type).items():
            senders = values(block, link.source) if link.source else [f"${{{address}.id}}"]
            for source in self._owned(list(senders)):
                for target in self._owned(list(values(block, link.target))):
                    is_function = self._nodes[target].glyph == "lambda"
                    flow = link.flow or ("alerts" if is_function else "logs")
                    if is_function:
                        self._flow_of.setdefault(target, flow)
                    if link.type == "aws_wafv2_web_acl_association":
                        self._in_front[target] = source
                    self._goes(source, target, link.label, flow)

    def _flow_logs(self) -> None:
        for block in self._template.all("aws_flow_log").values():
            for target in self._owned(block["log_destination"]):
                self._quiet[target]["VPC"] += 1

    def _events_of_services(self) -> None:
        """Services send events without being told to; a rule says whose it wants."""
        for address, block in self._template.all("aws_cloudwatch_event_rule").items():
            for service in json.loads(block["event_pattern"])["source"]:
                source = service.removeprefix("aws.")
                if source in self._nodes:
                    self._goes(source, self._owners[address], "changes", "alerts")

    def _deployment(self) -> None:
        for block in self._template.all("aws_lambda_invocation").values():
            for function in self._owned(block["function_name"]):
                self._flow_of.setdefault(function, "deployment")
                node = self._nodes[function]
                self._nodes[function] = replace(node, lines=(*node.lines, "at each deployment"))

    def _connections(self, address: str, block: Block) -> None:
        """Databases whose address a function is given."""
        for target, attribute in references(list(values(block, "environment.variables"))):
            if attribute in ("endpoint", "reader_endpoint"):
                function, cluster = self._owners[address], self._owners[target]
                flow = self._flow(function)
                label = "SQL, reader" if attribute == "reader_endpoint" else "SQL, writer"
                self._goes(function, cluster, label, flow, back=True)
                if attribute == "endpoint":
                    self._goes(function, cluster, label, flow)

    def _federated(self) -> None:
        """Roles that somebody assumes who has an identity outside AWS."""
        for address, block in self._template.all("aws_iam_role").items():
            for document in targets(block, "assume_role_policy"):
                trust = self._template.get(document)["statement"]
                for provider in self._owned(list(values({"trust": trust}, "trust.principals.identifiers"))):
                    role = self._owners[address]
                    self._flow_of[role] = "deployment"
                    self._goes(provider, role, "assumes", "deployment")
                    self._permissions(role, [address])

    def _permissions(self, holder: str, roles: Sequence[str]) -> None:
        """What a function's role, or a role that has a place of its own, lets it read and write."""
        for attachment in self._template.all("aws_iam_role_policy_attachment").values():
            if not set(roles) & set(targets(attachment, "role")):
                continue
            for policy in targets(attachment, "policy_arn"):
                for document in targets(self._template.get(policy), "policy"):
                    for statement in self._template.get(document)["statement"]:
                        self._statement(holder, statement)

    def _statement(self, holder: str, statement: Block) -> None:
        service = statement.get("actions", [""])[0].split(":")[0]
        if statement["effect"] != "Allow" or service not in _CONTENTS:
            return
        for resource in statement["resources"]:
            prefix = re.search(r"\}/([a-z-]+/)", resource)
            label = prefix[1] if prefix else _CONTENTS[service]
            for target in sorted(set(self._owned(resource)) - self._quiet.keys()):
                if (target, holder) in self._found and service == "sqs":
                    continue  # the messages that it is triggered by
                for pattern, back in ((_READS, True), (_WRITES, False)):
                    if any(map(pattern.match, statement["actions"])):
                        self._goes(holder, target, label, self._flow(holder), back=back)

    # --- The outcome -----------------------------------------------------------------------------------

    def _say_senders(self) -> None:
        for key, senders in self._quiet.items():
            if senders:
                node = self._nodes[key]
                names = [
                    counted(senders[name], name) if name in _MANY else name
                    for name in sorted(senders, key=str.lower)
                ]
                self._nodes[key] = replace(node, lines=(*node.lines, f"of {', '.join(names)}"))

    def _edges(self) -> Iterator[Edge]:
        for (source, target), found in self._found.items():
            ends = (source, target) if found.forth else (target, source)
            names = [
                counted(number, label.removeprefix("{n} ")) if label.startswith("{n} ") else label
                for label, number in sorted(found.labels.items())
            ]
            label = ", ".join([*names[:2], "…"] if len(names) > 3 else names)
            yield Edge(*ends, label, found.flow, both=found.forth and found.back)


def _words(name: str) -> str:
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("-"))


def find(template: Block, workload: str, actors: Iterable[Actor]) -> Graph:
    """Find what a stack's picture shows.

    Args:
        template: The stack's Terraform JSON.
        workload: First part of its resources' names.
        actors: Who meets the stack from outside.

    Raises:
        ToolError: A type of resource is not known, or something refers to what is not in the picture.
    """
    return _Finder(Template(template), workload).graph(actors)
