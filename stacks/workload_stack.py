"""What every stack starts with: state, provider, and the context of its constructs."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
from cdktf_cdktf_provider_aws.provider import AwsProvider
from constructs import Construct

from modules.context import Context
from modules.deployment.state_bucket import state_key_alias
from modules.state_backend import StateBackendProps, use_state_backend
from settings import Settings


class WorkloadStack(TerraformStack):
    """A stack in one region, with its state in S3.

    Attributes:
        context: Names, tags and identity for the stack's constructs.
    """

    def __init__(self, scope: Construct, id_: str, settings: Settings, *, workload: str, region: str) -> None:
        super().__init__(scope, f"{id_}-{settings.suffix}")
        use_state_backend(
            self,
            StateBackendProps(
                bucket=settings.state_bucket,
                region=settings.state_region,
                suffix=settings.suffix,
                key=state_key_alias(settings.family),
            ),
        )
        # Whoever types `cdktf deploy` with the credentials of another account is stopped before the plan.
        accounts = [settings.account_id] if settings.account_id else None
        AwsProvider(self, "aws", region=region, allowed_account_ids=accounts)
        self.context = Context(
            workload=workload,
            suffix=settings.suffix,
            region=region,
            account_id=DataAwsCallerIdentity(self, "identity").account_id,
            partition=DataAwsPartition(self, "partition").partition,
            cost_center=settings.cost_center,
        )
