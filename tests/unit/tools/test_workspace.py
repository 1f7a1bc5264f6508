"""What a workspace keeps, and what it forgets with a deployment."""

from pathlib import Path

from tools.workspace import ROOT, Workspace


def test_a_second_workspace_is_named_by_its_folder() -> None:
    assert Workspace.of({}).folder == ROOT / ".local"
    assert Workspace.of({"LOCAL_FOLDER": ".local-test"}).folder == ROOT / ".local-test"


def test_what_belongs_to_a_deployment_goes_with_it_and_logs_stay(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.stacks.mkdir()
    gone = [
        workspace.outputs,
        workspace.running_command,
        tmp_path / "bars-IBM-2013-10-07.svg",
        tmp_path / "bootstrap-dev.state-bucket.tfstate",
    ]
    stays = [workspace.command_log, workspace.server_log, workspace.steps, workspace.mailbox]
    for file in (*gone, *stays):
        file.touch()

    workspace.forget_deployment()

    assert sorted(tmp_path.iterdir()) == sorted(stays)
