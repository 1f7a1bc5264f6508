"""A layer is published anew when its bytes change, for what the functions run on."""

import pytest

from modules.function_layer import FunctionLayer, FunctionLayerProps
from modules.function_package import Archive
from tests.support.construct import CONTEXT, synthesize


@pytest.mark.requirement("FN-1")
def test_layer_is_for_the_functions_runtime_and_follows_its_bytes() -> None:
    synthesized = synthesize(
        lambda stack: FunctionLayer(
            stack,
            "layer",
            CONTEXT,
            FunctionLayerProps("data", "Parquet", Archive(path="data.zip", base64_sha256="hash=")),
        )
    )
    synthesized.one(
        "aws_lambda_layer_version",
        layer_name="trading-data-layer-dev",
        compatible_architectures=["arm64"],
        compatible_runtimes=["python3.13"],
        filename="data.zip",
        source_code_hash="hash=",
        skip_destroy=False,
    )
