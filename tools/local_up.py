"""`make local`: the stack in an AWS on this machine, with real trades going in and the API answering.

Settings, besides those of the stack itself: `TRADES` (file of trades), `LOCAL_AWS_PORT` (4566 by default) and
`LOCAL_AWS_URL` (an AWS emulator that already runs, instead of the project's own).
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools import candlesticks, command, console, local_profile, local_server, trades
from tools.deployment.target import assume
from tools.errors import ToolError
from tools.local_api import LocalApi
from tools.local_aws import running_endpoint
from tools.local_stack import LocalStack, create_state_bucket
from tools.steps import Steps
from tools.workspace import ROOT, Workspace

SAMPLE = ROOT / "samples" / "ibm-20131007-trades.csv.gz"
DEPLOY_STEPS = 5
DRAWN_INTERVAL, DRAWN_MINUTES, DRAWN_BARS = "5m", 5, "five-minute bars"
SHOWN_BARS = 10
SHOWN_REJECTS = 5
KEYS_OUTPUT = "api_keys"
"""What the outputs' file holds and the terminal does not show."""


def deploy(
    workspace: Workspace,
    base: Mapping[str, str],
    steps: Steps,
    *,
    proxy: str = local_profile.CLOSED_PROXY,
    role: str = "",
) -> LocalStack:
    """Brings up the local AWS and deploys the stack into it, in `DEPLOY_STEPS` steps.

    Args:
        workspace: where everything goes.
        base: the user's environment.
        steps: shows them.
        proxy: see `local_profile.environment`.
        role: role of the local AWS that deploys; by default a user who may do anything.

    Raises:
        ToolError: one of the steps failed; what was made until then stays.
    """
    with steps.step("build the functions' layers"):
        command.run(
            "layer build",
            [sys.executable, "-m", "tools.build_layers"],
            environment=base,
            folder=ROOT,
            log=workspace.command_log,
        )
    with steps.step("start the local AWS") as step:
        endpoint = running_endpoint(workspace, base)
        step.say(endpoint)
        credentials = assume(role, endpoint) if role else None
        stack = LocalStack(workspace, endpoint, base, proxy=proxy, credentials=credentials)
        account = local_server.account(endpoint)
        create_state_bucket(endpoint)
    with steps.step("synthesize the stack"):
        stack.synthesize()
    if stack.target.notice:
        steps.note(stack.target.notice)
    with steps.step("install the Terraform providers"):
        stack.install_providers()
    with steps.step("deploy the stack") as step:
        stack.deploy(lambda progress: step.say(str(progress)))
    outputs = {"endpoint": endpoint, "region": stack.region, "account": account, **stack.outputs()}
    with local_profile.entered(local_profile.environment(endpoint, base, workspace.folder)):
        api = LocalApi.find(endpoint, outputs)
    of_this_machine: dict[str, Any] = {"local_api_url": api.url, KEYS_OUTPUT: dict(api.keys)}
    if workspace.rds_certificate.exists():  # the project's own local AWS makes it
        of_this_machine["database_certificate"] = str(workspace.rds_certificate)
    _write_for_owner(workspace.outputs, json.dumps({**outputs, **of_this_machine}, indent=2, sort_keys=True))
    return stack


def _write_for_owner(file: Path, text: str) -> None:
    """Writes a file that nobody else may read, whatever was there before."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(f"{text}\n", encoding="utf-8")


def show(stack: LocalStack, processed: trades.Processed, data_path: trades.DataPath, out: Console) -> None:
    """Prints the outputs, what was set aside, and the first bars."""
    outputs = Table(title=f"Outputs of {stack.stack_id} ({stack.workspace.outputs})", title_justify="left")
    outputs.add_column("output")
    outputs.add_column("value", overflow="fold")
    written = json.loads(stack.workspace.outputs.read_text(encoding="utf-8"))
    written[KEYS_OUTPUT] = dict.fromkeys(written[KEYS_OUTPUT], "(in the file)")
    for name, value in written.items():
        for line in _rows(name, value):
            outputs.add_row(*line)
    out.print(outputs)
    for row in processed.rejects[:SHOWN_REJECTS]:
        out.print(f"set aside: line {row['line']}: {row['reason']}")
    if processed.rejects:
        out.print(f"{len(processed.rejects)} rows set aside in all")
    if not processed.bars:
        return
    columns, rows, count = trades.read_bars(processed.bars, data_path, SHOWN_BARS)
    bars = Table(title=f"One-minute bars: the first {len(rows)} of {count}", title_justify="left")
    for column in columns:
        bars.add_column(column, justify="left" if column in ("symbol", "start") else "right", no_wrap=True)
    for values in rows:
        bars.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in values))
    out.print(bars)


def ask(stack: LocalStack, processed: trades.Processed, data_path: trades.DataPath, out: Console) -> None:
    """Asks the API for the first day of what was processed, and draws it.

    Raises:
        ToolError: the API does not answer as it should, or has other bars than the Parquet objects.
    """
    written = json.loads(stack.workspace.outputs.read_text(encoding="utf-8"))
    api = LocalApi(written["local_api_url"], written[KEYS_OUTPUT])
    symbol, day = trades.partition(processed.bars[0])
    without = api.request("GET", f"/v1/bars/{symbol}").status
    minutes, drawn = api.bars(symbol, day, "1m"), api.bars(symbol, day, DRAWN_INTERVAL)
    analytics = api.analytics(symbol, day)
    stored = trades.read_bars(processed.bars[:1], data_path, limit=1)[2]
    if len(minutes) != stored:
        raise ToolError(f"{symbol} on {day}: {len(minutes)} bars in the database, {stored} in Parquet")
    title = f"{symbol} on {day:%A}, {day.day} {day:%B %Y} – {DRAWN_BARS}"
    pictures = candlesticks.draw(
        drawn, title, DRAWN_MINUTES, stack.workspace.folder / f"bars-{symbol}-{day.isoformat()}"
    )
    out.print(f"The API at {api.url}, by HTTP:")
    out.print(f"  GET /v1/bars/{symbol} without a key: {without}")
    out.print(
        f"  GET /v1/bars/{symbol} with the key: {len(minutes)} one-minute bars on {day}, from the database; "
        f"{stored} in Parquet"
    )
    volatility, twap = analytics["realized_volatility"], analytics["twap"]
    out.print(
        f"  GET /v1/analytics/{symbol}?date={day}: realized volatility {volatility}, TWAP {twap}, "
        f"{len(analytics['largest_trades'])} largest trades"
    )
    out.print(f"Drawn from its answers: {', '.join(str(picture) for picture in pictures)}")


def _rows(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """An output as rows of a table: a map's entries each in one of their own."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _rows(f"{name}.{key}", part)
    else:
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def main(out: Console) -> None:
    """Deploys the stack and runs a file of trades through it."""
    base = dict(os.environ)
    workspace = Workspace.of(base)
    path = Path(base.get("TRADES") or SAMPLE)
    if not path.is_file():
        raise ToolError(f"TRADES={path}: there is no such file")
    with console.alone(workspace):
        workspace.command_log.unlink(missing_ok=True)
        steps = Steps(out, DEPLOY_STEPS + 2, workspace.steps)
        stack = deploy(workspace, base, steps)
        with local_profile.entered(stack.environment):
            data_path = trades.DataPath.find(stack.endpoint, stack.outputs())
            with steps.step("process the trades") as step:
                processed = trades.process(path, data_path, step.say)
            show(stack, processed, data_path, out)
            with steps.step("ask the API and draw a day"):
                if processed.bars:
                    ask(stack, processed, data_path, out)
    out.print(f"The local AWS serves at {stack.endpoint} until `make local-down`.")
    if base.get("ALERT_EMAIL"):
        out.print(f"Mail that it would send is kept in {workspace.mailbox}.")


if __name__ == "__main__":
    sys.exit(console.run(main))
