"""Layers: the libraries that functions share, native code included."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lambda_layer_version import LambdaLayerVersion
from constructs import Construct

from modules.context import Context
from modules.function_package import Archive
from modules.function_runtime import ARCHITECTURE, RUNTIME


@dataclass(frozen=True)
class FunctionLayerProps:
    """Properties of a layer.

    Attributes:
        purpose: Purpose part of the layer's name.
        description: What it holds.
        code: Its zip.
    """

    purpose: str
    description: str
    code: Archive


class FunctionLayer(Construct):
    """A layer version. Lambda knows no tags for it.

    Attributes:
        arn: ARN of the version.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: FunctionLayerProps) -> None:
        super().__init__(scope, id_)
        layer = LambdaLayerVersion(
            self,
            "layer",
            layer_name=context.name(f"{props.purpose}-layer"),
            description=props.description,
            filename=props.code.path,
            source_code_hash=props.code.base64_sha256,
            compatible_architectures=[ARCHITECTURE],
            compatible_runtimes=[RUNTIME],
            skip_destroy=False,
        )
        self.arn = layer.arn
