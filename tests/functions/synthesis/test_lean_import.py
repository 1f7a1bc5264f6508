"""Python side, in processes that import the real binding: on demand, and in full when it has changed."""

from pathlib import Path

import pytest

from tests.support.binding_process import SMALL_STACK, installed, output_of

AWS = "cdktf_cdktf_provider_aws"


class TestChangedShape:
    """A binding like the installed one, but for a line more in its root: it is imported as Python imports."""

    @pytest.fixture
    def overlay(self, tmp_path: Path) -> Path:
        package = tmp_path / "overlay" / AWS
        package.mkdir(parents=True)
        few = ("_jsii", "provider", "s3_bucket", "sqs_queue", "vpc")
        for each in few:
            (package / each).symlink_to(installed(AWS) / each)
        root = (installed(AWS) / "__init__.py").read_bytes().partition(b"from . import")[0]
        (package / "__init__.py").write_bytes(
            root + b"".join(b"from . import %s\n" % each.encode() for each in few[1:]) + b"ANSWER = 42\n"
        )
        return package.parent

    def test_same_output_by_the_stock_path(self, overlay: Path, cache: Path, small_stack: str) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(overlay)!r})\n{SMALL_STACK}"
            f"assert '{AWS}.vpc' in sys.modules  # nobody asked for it\n"
            "assert 'typeguard' in sys.modules\n"
            "assert S3Bucket.__doc__  # the submodules are complete, too\n"
            "print(Testing.synth(stack))\n"
        )
        assert output_of(code, cache) == small_stack


class TestOnDemand:
    def test_only_what_is_asked_for_is_imported(self, cache: Path) -> None:
        code = SMALL_STACK + (
            "import sys\n"
            f"print(sorted(each for each in sys.modules if each.startswith('{AWS}.')"
            " and not each.endswith('._private')))\n"
            "print('typeguard' in sys.modules)\n"
        )
        assert output_of(code, cache).splitlines() == [
            str([f"{AWS}.{each}" for each in ("_jsii", "provider", "s3_bucket", "sqs_queue")]),
            "False",
        ]

    def test_submodules_are_attributes_of_the_package(self, cache: Path) -> None:
        code = SMALL_STACK + (
            f"import {AWS} as aws\n"
            "print(aws.vpc.Vpc.__name__, hasattr(aws, 'no_such_type'))\n"
            f"from {AWS} import kms_key\n"
            "print(kms_key.KmsKey.__name__)\n"
        )
        assert output_of(code, cache) == "Vpc False\nKmsKey\n"

    def test_jsii_finds_a_type_that_nobody_imported(self, cache: Path) -> None:
        code = SMALL_STACK + (
            "from jsii import _reference_map as map\n"
            "fqn = '@cdktf/provider-aws.apigatewayv2Api.Apigatewayv2Api'\n"
            "print(fqn in map._types, map._try_import_type_module(fqn), fqn in map._types)\n"
        )
        assert output_of(code, cache) == "False True True\n"

    def test_wrong_type_is_refused_without_the_python_checks(self, cache: Path) -> None:
        code = (
            SMALL_STACK
            + "try: S3Bucket(stack, 'other', bucket=5)\nexcept Exception as error: print(error)\n"
            + "try: S3Bucket(stack, 'third', tags={'Name': 5})\nexcept Exception as error: print(error)\n"
        )
        printed = output_of(code, cache)
        assert "Key 'bucket': Unable to deserialize value as string" in printed
        assert "Key 'tags': Unable to deserialize value as map<string>" in printed
