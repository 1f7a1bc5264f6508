"""The bootstrap stack of a family of environments: where their state is kept, and who deploys them."""

from dataclasses import replace

from cdktf import TerraformOutput
from constructs import Construct

from modules.deployment.oidc_provider import GithubProvider, GithubProviderProps
from modules.deployment.permissions import EnvironmentScope, deploy_policies, plan_policies
from modules.deployment.roles import (
    DEPLOY_SECONDS,
    PLAN_SECONDS,
    WorkflowRole,
    WorkflowRoleProps,
    deploy_ref,
    deploy_subject,
    plan_subjects,
)
from modules.deployment.state_bucket import WORKLOAD, StateBucket, StateBucketProps
from modules.region_boundary import RegionBoundary, RegionBoundaryProps
from settings import Settings
from stacks.catalogue import WORKLOADS
from stacks.workload_stack import WorkloadStack


class BootstrapStack(WorkloadStack):
    """What has to be there before any other stack of a family can be deployed."""

    def __init__(self, scope: Construct, id_: str, settings: Settings) -> None:
        # One for the family: pr-1 and pr-2 have the same.
        settings = replace(settings, suffix=settings.family)
        super().__init__(scope, id_, settings, workload=WORKLOAD, region=settings.state_region)
        self._settings = settings
        self._state()
        if settings.bootstrap.repository:
            self._workflows(settings.bootstrap.repository)

    def _state(self) -> None:
        """The bucket of the state."""
        self._bucket = StateBucket(
            self,
            "state",
            self.context,
            StateBucketProps(
                name=self._settings.state_bucket, access_log_days=self._settings.log_archive_days
            ),
        )
        self._output("state_bucket", "Bucket of the Terraform state", self._bucket.name)
        self._output("state_key_arn", "Key of the Terraform state", self._bucket.key_arn)

    def _workflows(self, repository: str) -> None:
        """The roles that the repository's workflows plan and deploy with."""
        settings, context = self._settings, self.context
        regions = sorted({stack.region(settings) for stack in WORKLOADS} | {settings.state_region})
        scope = EnvironmentScope(
            family=settings.family,
            workloads=[stack.workload for stack in WORKLOADS],
            regions=regions,
            state_bucket_arn=self._bucket.arn,
            state_key_arn=self._bucket.key_arn,
        )
        boundary = RegionBoundary(
            self, "region-boundary", context, RegionBoundaryProps(regions=regions, identities=True)
        )
        provider = GithubProvider(
            self, "github", context, GithubProviderProps(create=settings.bootstrap.oidc_provider)
        )
        plan = WorkflowRole(
            self,
            "plan",
            context,
            WorkflowRoleProps(
                purpose="plan",
                description=f"Plans {settings.family} for pull requests and looks for drift",
                provider_arn=provider.arn,
                subjects=plan_subjects(repository),
                ref=None,
                session_seconds=PLAN_SECONDS,
                boundary_arn=boundary.arn,
                policies=plan_policies(context, scope),
            ),
        )
        deploy = WorkflowRole(
            self,
            "deploy",
            context,
            WorkflowRoleProps(
                purpose="deploy",
                description=f"Deploys and destroys {settings.family}",
                provider_arn=provider.arn,
                subjects=[deploy_subject(repository, settings.family)],
                ref=deploy_ref(settings.family),
                session_seconds=DEPLOY_SECONDS,
                boundary_arn=boundary.arn,
                policies=deploy_policies(context, scope),
            ),
        )
        self._output("oidc_provider_arn", "GitHub as identity provider", provider.arn)
        self._output("plan_role_arn", "Role that workflows plan with", plan.arn)
        self._output("deploy_role_arn", "Role that workflows deploy with", deploy.arn)

    def _output(self, name: str, description: str, value: str) -> None:
        TerraformOutput(self, name, description=description, value=value, static_id=True)
