"""Layers: as uploaded, or this machine's own build."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from local.runtime.archives import Archives
from local.runtime.layers import HostLayers, LayerForAnotherMachineError, python_paths
from tests.support.local_functions import LocalAws, zipped

HANDLER = "import dependency\ndef handler(event, context):\n    return dependency.VALUE\n"
# The head of an ELF object for a machine that nobody runs this on: AT&T WE 32100.
FOREIGN = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + b"\x01\x00" + bytes(44)


def test_an_uploaded_layer_is_used_as_it_is(aws: LocalAws) -> None:
    layer = aws.layer("plain-layer-dev", {"python/dependency.py": "VALUE = 'uploaded'"})
    assert aws.invoke(aws.function(HANDLER, Layers=[layer]))["Payload"] == "uploaded"


def test_a_later_layer_replaces_files_of_an_earlier_one(aws: LocalAws) -> None:
    first = aws.layer("first-layer-dev", {"python/dependency.py": "VALUE = 'first'"})
    second = aws.layer("second-layer-dev", {"python/dependency.py": "VALUE = 'second'"})
    assert aws.invoke(aws.function(HANDLER, Layers=[first, second]))["Payload"] == "second"


def test_the_functions_own_code_goes_before_layers(aws: LocalAws) -> None:
    layer = aws.layer("plain-layer-dev", {"python/dependency.py": "VALUE = 'layer'"})
    files: dict[str, str | bytes] = {"app.py": HANDLER, "dependency.py": "VALUE = 'own'"}
    assert aws.invoke(aws.function(files, Layers=[layer]))["Payload"] == "own"


def test_a_build_for_this_machine_stands_in_for_a_layer(aws: LocalAws) -> None:
    layer = aws.layer(
        "trading-data-layer-pr-42", {"python/dependency.py": "VALUE = 'arm64'", "python/x.so": FOREIGN}
    )
    name = aws.function(HANDLER, Layers=[layer])
    response = aws.invoke(name)
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"]["errorType"] == "Runtime.LayerForAnotherMachine"
    assert (
        "Layer trading-data-layer-pr-42 holds native libraries for 0x1,"
        in response["Payload"]["errorMessage"]
    )
    assert "`make layers`" in response["Payload"]["errorMessage"]
    assert any("`make layers`" in line for line in aws.log(f"/aws/lambda/{name}"))

    folder = aws.layers / "data" / "python"
    folder.mkdir(parents=True)
    (folder / "dependency.py").write_text("VALUE = 'host'")
    assert aws.invoke(name)["Payload"] == "host"


def test_the_libraries_of_this_machine_are_welcome(tmp_path: Path) -> None:
    here = Path(sys.executable).read_bytes()[:64]
    content = zipped({"python/library.so": here, "python/empty.so": b""})
    folder = HostLayers(None, Archives(tmp_path)).folder("native-layer-dev", content)
    assert (folder / "python" / "library.so").read_bytes() == here


def test_the_message_names_the_machine(tmp_path: Path) -> None:
    arm64 = FOREIGN[:18] + b"\xb7\x00" + FOREIGN[20:]
    x86_64 = FOREIGN[:18] + b"\x3e\x00" + FOREIGN[20:]
    content = zipped({"python/a.so": arm64, "python/b.so": x86_64})
    with pytest.raises(LayerForAnotherMachineError, match=r"libraries for (arm64|x86_64), which"):
        HostLayers(tmp_path / "none", Archives(tmp_path)).folder("native-layer-dev", content)


def test_packages_may_lie_in_the_versions_own_folder(tmp_path: Path) -> None:
    site_packages = tmp_path / "python" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    site_packages.mkdir(parents=True)
    assert list(python_paths([tmp_path])) == [site_packages, tmp_path / "python"]


def test_an_archive_is_unpacked_once_and_keeps_its_modes(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        program = zipfile.ZipInfo("bin/tool")
        program.external_attr = 0o755 << 16
        archive.writestr(program, "#!/bin/sh\n")
        archive.writestr("../../outside.txt", "no")
    archives = Archives(tmp_path / "archives")
    folder = archives.unpack(buffer.getvalue())
    assert (folder / "bin" / "tool").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "outside.txt").exists()
    (folder / "mark").touch()
    assert archives.unpack(buffer.getvalue()) == folder
    assert (folder / "mark").exists()
    assert list((tmp_path / "archives").iterdir()) == [folder]
