"""The run of a database's migrations as a part of the deployment."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from constructs import Construct


@dataclass(frozen=True)
class MigrationsProps:
    """Properties of the run.

    Attributes:
        function_name: Function that applies what was not applied yet, and does nothing if all was.
        code_sha256: Hash of its code, which the migrations are part of.
        cluster_resource_id: Id of the cluster that AWS never gives twice.
        instances: The cluster's instances; without one, nobody answers.
    """

    function_name: str
    code_sha256: str
    cluster_resource_id: str
    instances: Sequence[ITerraformDependable]


class Migrations(Construct):
    """Invokes the function when its code has changed or the cluster is another one, and only then.

    An apply fails with the function's error if the function fails, and tries again the next time. A network
    that is not ready yet, the function has to wait for; in AWS it is ready long before an instance is.

    Attributes:
        applied: The run, for what needs the schema to be up to date.
    """

    def __init__(self, scope: Construct, id_: str, props: MigrationsProps) -> None:
        super().__init__(scope, id_)
        self.applied: ITerraformDependable = LambdaInvocation(
            self,
            "run",
            function_name=props.function_name,
            input="{}",
            triggers={"code": props.code_sha256, "cluster": props.cluster_resource_id},
            depends_on=list(props.instances),
        )
