"""Providers come from the registry where it can be reached, from this machine where not, or it is said."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.synthesized import Synthesized
from tools import providers


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "registry_reachable", lambda: False)


def mirror_with(folder: Path, provider: str, version: str, *, packed: bool = False) -> Path:
    place = folder / "registry.terraform.io" / "hashicorp" / provider
    if packed:
        place.mkdir(parents=True)
        (place / f"terraform-provider-{provider}_{version}_{providers.target()}.zip").touch()
    else:
        (place / version / providers.target()).mkdir(parents=True)
    return folder


def test_nothing_happens_where_the_registry_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "registry_reachable", lambda: True)

    assert providers.arrange({"HOME": str(tmp_path)}, tmp_path / "generated") == providers.Providers()
    assert not (tmp_path / "generated").exists()


@pytest.mark.usefixtures("offline")
def test_nothing_happens_where_the_user_says_where_providers_come_from(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text("provider_installation {}\n", encoding="utf-8")

    assert providers.arrange({"HOME": str(tmp_path)}, tmp_path / "generated") == providers.Providers()


def test_a_configuration_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert not providers.configured_by_user({"TF_CLI_CONFIG_FILE": str(tmp_path / "none")})


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("packed", [False, True])
def test_offline_the_named_mirror_and_the_stand_in_are_used(tmp_path: Path, packed: bool) -> None:
    mirror = mirror_with(tmp_path / "mirror", "aws", providers.AWS_VERSION, packed=packed)
    environment = {"HOME": str(tmp_path), "TF_PROVIDER_MIRROR": str(mirror)}

    arranged = providers.arrange(environment, tmp_path / "generated")

    configuration = Path(arranged.environment["TF_CLI_CONFIG_FILE"]).read_text(encoding="utf-8")
    assert f'path    = "{mirror}"\n    include = ["registry.terraform.io/hashicorp/aws"]' in configuration
    assert '/generated/mirror"\n    include = ["registry.terraform.io/hashicorp/archive"]' in configuration
    assert "\n" not in arranged.notice
    assert str(mirror) in arranged.notice
    assert "stand-in" in arranged.notice
    assert "CDKTF_DISABLE_PLUGIN_CACHE_ENV=1" in (tmp_path / "generated" / "environment.sh").read_text()


@pytest.mark.usefixtures("offline")
def test_a_real_archive_provider_is_preferred_to_the_stand_in(tmp_path: Path) -> None:
    mirror = mirror_with(tmp_path / "mirror", "aws", providers.AWS_VERSION)
    mirror_with(mirror, "archive", providers.ARCHIVE_VERSION)
    environment = {"HOME": str(tmp_path), "TF_PROVIDER_MIRROR": str(mirror)}

    arranged = providers.arrange(environment, tmp_path / "generated")

    assert "stand-in" not in arranged.notice
    assert not (tmp_path / "generated" / "mirror").exists()


@pytest.mark.usefixtures("offline")
def test_a_provider_that_is_nowhere_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong_version = mirror_with(tmp_path, "aws", "5.99.0")
    monkeypatch.setattr(providers, "candidate_mirrors", lambda _: iter([wrong_version]))

    with pytest.raises(
        providers.MissingProviderError, match=rf"hashicorp/aws {providers.AWS_VERSION}"
    ) as said:
        providers.arrange({"HOME": str(tmp_path)}, tmp_path / "generated")

    assert "TF_PROVIDER_MIRROR" in str(said.value)


def test_mirrors_are_searched_in_the_documented_order(tmp_path: Path) -> None:
    environment = {"HOME": "/home/someone", "TF_PROVIDER_MIRROR": "/named", "XDG_DATA_HOME": "/data"}

    assert [str(path) for path in providers.candidate_mirrors(environment)][:5] == [
        "/named",
        "/home/someone/.terraform.d/plugins",
        "/data/terraform/plugins",
        "/usr/local/share/terraform/plugins",
        "/usr/share/terraform/plugins",
    ]


def test_terraform_understands_the_configuration(tmp_path: Path) -> None:
    configuration = tmp_path / "terraform.rc"
    configuration.write_text(providers.cli_configuration({"aws": tmp_path}), encoding="utf-8")

    answer = subprocess.run(
        ["terraform", "version"],
        env={"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": str(configuration)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "problems" not in answer.stdout + answer.stderr


def test_the_versions_are_those_of_the_bindings(dev: Synthesized) -> None:
    required = dev.json["terraform"]["required_providers"]

    assert required["aws"]["version"] == providers.AWS_VERSION
    assert required["archive"]["version"] == providers.ARCHIVE_VERSION
