"""What an environment may cost in a month, and who hears of it when it does not keep to that."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.budgets_budget import (
    BudgetsBudget,
    BudgetsBudgetCostFilter,
    BudgetsBudgetCostTypes,
    BudgetsBudgetNotification,
)
from constructs import Construct

from modules.context import Context, DataClassification

ENVIRONMENT_TAG = "Environment"
"""The budget counts what carries this tag with the environment's suffix. It has to be active as a cost
allocation tag, or the budget stays at zero."""

THRESHOLDS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""What is told: kind of spend, and percent of the limit that it exceeds."""


@dataclass(frozen=True)
class CostBudgetProps:
    """Properties of a budget.

    Attributes:
        limit_usd: US dollars a month, more than 0.
        topic_arn: Topic of the same account that is told; its policy lets AWS Budgets publish. AWS Budgets is
            a global service, and its documentation asks for no certain region of the topic
            (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html).
    """

    limit_usd: int
    topic_arn: str


class CostBudget(Construct):
    """A monthly budget over everything in the account that carries the environment's tag.

    Credits and refunds are left out: as long as they pay the bill, a budget that counted them would see
    nothing.

    Attributes:
        name: Its name.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: CostBudgetProps) -> None:
        super().__init__(scope, id_)
        name = context.name("cost-budget")
        budget = BudgetsBudget(
            self,
            "budget",
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(props.limit_usd),
            limit_unit="USD",
            cost_filter=[
                BudgetsBudgetCostFilter(
                    name="TagKeyValue", values=[f"user:{ENVIRONMENT_TAG}${context.suffix}"]
                )
            ],
            cost_types=BudgetsBudgetCostTypes(include_credit=False, include_refund=False),
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[props.topic_arn],
                )
                for kind, percent in THRESHOLDS
            ],
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        self.name = budget.name
