"""What the documents point to exists: pages, headings, files, commands."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from settings.catalogue import CATALOGUE
from stacks.catalogue import STACKS
from tests.support import aws_commands
from tests.support.markdown import Document

PROJECT = Path(__file__).resolve().parents[3]
SOURCES = ("*.py", "Makefile", "*.yml", "cdktf.json", ".ci/run")


def _tracked(*patterns: str) -> list[Path]:
    """Files of the project, those that are not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        PROJECT / name
        for name in sorted(set(listed.stdout.split("\0")))
        if name and (PROJECT / name).exists()
    ]


DOCUMENTS = _tracked("*.md")
OPERATING = [
    PROJECT / name for name in ("docs/runbook.md", "docs/upgrading.md", "SECURITY.md", "CONTRIBUTING.md")
]
FOLDERS = {path.relative_to(PROJECT).parts[0] for path in _tracked() if path.parent != PROJECT}

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
every_operating_document = pytest.mark.parametrize("path", OPERATING, ids=lambda path: path.name)


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for link in Document(path).links():
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / unquote(name)).resolve() if name else path
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in Document(target).anchors(), link


@every_document
def test_files_that_are_named_exist(path: Path) -> None:
    """A path in code, from the project's folder; ``*`` stands for some, ``<name>`` for any."""
    for code in Document(path).inline_code():
        name = code.partition("::")[0].rstrip("/")
        if re.fullmatch(r"[\w.<>*-]+(/[\w.<>*-]+)+", name) and name.partition("/")[0] in FOLDERS:
            assert any(PROJECT.glob(re.sub(r"<[^>]+>", "*", name))), code


@every_operating_document
def test_targets_of_make_exist(path: Path) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for code in _code(path):
        assert set(re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", code)) <= targets, code


@every_operating_document
def test_stacks_that_commands_are_about_exist(path: Path) -> None:
    for code in _code(path):
        for stack_id in re.findall(r"\bSTACK=([\w$<>-]+)", code):
            assert stack_id.startswith((*(f"{stack.name}-" for stack in STACKS), "<")), stack_id


@every_operating_document
def test_aws_commands_are_the_clis(path: Path) -> None:
    for code in _code(path):
        for command in aws_commands.commands(code) if "aws " in code else ():
            assert aws_commands.faults(command) == [], " ".join(command)


@every_operating_document
def test_settings_and_variables_are_read_somewhere(path: Path) -> None:
    code = "\n".join(
        source.read_text(encoding="utf-8") for source in _tracked(*SOURCES) if source != Path(__file__)
    )
    known = {setting.name for setting in CATALOGUE} | set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", code))
    named = {
        name
        for each in _code(path)
        for name in re.findall(r"(?<![\w$-])[A-Z][A-Z0-9]*_[A-Z0-9_]+(?![\w-])", each)
    }
    assert named - known <= {"INACCESSIBLE_ENCRYPTION_CREDENTIALS"}  # DynamoDB's own


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("aws rds describe-cluster", "rds has no describe-cluster"),
        ("aws rds failover-db-cluster", "failover-db-cluster needs --db-cluster-identifier"),
        ("aws kms enable-key --key-id a --force", "enable-key has no --force"),
        ("aws keys enable-key", "there is no service keys"),
        ("aws rds wait db-cluster-ready", "there is no waiter db-cluster-ready of rds"),
        ("aws s3 rm s3://a --forever", "no option --forever"),
        ("aws sts get-caller-identity --query 'a['", "Invalid jmespath expression"),
    ],
)
def test_wrong_aws_commands_are_noticed(command: str, fault: str) -> None:
    (words,) = aws_commands.commands(f"x=$({command})")
    (found,) = aws_commands.faults(words)
    assert found.startswith(fault)


def test_links_and_anchors_are_those_that_github_makes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# A `b`, c's\n## D\n```sh\n# E\n[x](y)\n```\n### D\n[one](#d-1) `[two](z)`\n")
    document = Document(path)
    assert document.anchors() == {"a-b-cs", "d", "d-1"}
    assert document.links() == ["#d-1"]
    assert document.blocks("sh") == ["# E\n[x](y)\n"]


def _code(path: Path) -> list[str]:
    document = Document(path)
    return [*document.blocks("sh"), *document.inline_code()]
