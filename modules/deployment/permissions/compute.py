"""Functions, their layers and their triggers (Lambda)."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Condition, Statement


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        Statement(
            "ReadFunctions",
            [
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetPolicy",
                "lambda:ListVersionsByFunction",
            ],
            owned.named("lambda", "function:{}"),
        ),
        Statement("ReadLayers", ["lambda:GetLayerVersion"], owned.named("lambda", "layer:{}:*")),
        Statement(
            "ReadTriggers",
            ["lambda:GetEventSourceMapping"],
            _triggers(owned),
            # One that is gone is of no function
            conditions=[_of_our_functions(owned, "ArnLikeIfExists")],
        ),
        Statement("ReadTagsOfTriggers", ["lambda:ListTags"], _triggers(owned), conditions=[owned.tagged]),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    functions = owned.named("lambda", "function:{}")
    return [
        Statement(
            "ChangeFunctions",
            [
                "lambda:AddPermission",
                "lambda:CreateFunction",
                "lambda:DeleteFunction",
                "lambda:PutFunctionConcurrency",
                "lambda:RemovePermission",
                "lambda:TagResource",
            ],
            functions,
        ),
        Statement(
            "UpdateFunctions",
            [
                "lambda:DeleteFunctionConcurrency",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            functions,
        ),
        # Of what is deployed, only the migrations are run by the deployment
        Statement(
            "RunMigrations",
            ["lambda:InvokeFunction"],
            [
                owned.arn("lambda", f"function:{workload}-migrations-function-{owned.scope.suffix}")
                for workload in owned.scope.workloads
            ],
        ),
        Statement("MakeLayers", ["lambda:PublishLayerVersion"], owned.named("lambda", "layer:{}")),
        Statement("RemoveLayers", ["lambda:DeleteLayerVersion"], owned.named("lambda", "layer:{}:*")),
        # AWS offers no resource level for this
        Statement(
            "MakeTriggers",
            ["lambda:CreateEventSourceMapping"],
            ["*"],
            conditions=[_of_our_functions(owned), owned.tagging],
        ),
        Statement(
            "TagNewTriggers",
            ["lambda:TagResource"],
            _triggers(owned),
            conditions=[owned.untagged, owned.tagging],
        ),
        Statement(
            "RemoveTriggers",
            ["lambda:DeleteEventSourceMapping"],
            _triggers(owned),
            conditions=[_of_our_functions(owned)],
        ),
        Statement(
            "UpdateTriggers",
            ["lambda:UpdateEventSourceMapping"],
            _triggers(owned),
            conditions=[_of_our_functions(owned)],
        ),
        Statement(
            "UpdateTagsOfTriggers", ["lambda:TagResource"], _triggers(owned), conditions=[owned.tagged]
        ),
    ]


def _triggers(owned: Owned) -> list[str]:
    """Event-source mappings have ids for names."""
    return [owned.arn("lambda", "event-source-mapping:*")]


def _of_our_functions(owned: Owned, test: str = "ArnLike") -> Condition:
    return Condition(test, "lambda:FunctionArn", owned.named("lambda", "function:{}"))
