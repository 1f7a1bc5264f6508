"""The whole project's stack, by the stock path and by the fast one, with an empty and a filled cache."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.binding_process import run_python

SYNTHESIZE = """
from synthesis import fast_binding
fast_binding.install()
from cdktf import App
from settings import load
from stacks.trading_analytics import TradingAnalyticsStack
from tests.support.stacks import ENVIRON
app = App(outdir={outdir!r})
TradingAnalyticsStack(app, "trading-analytics", load(ENVIRON, {{}}))
app.synth()
import json
from jsii import _reference_map as map
aws = {{fqn: each for fqn, each in map._types.items() if "provider-aws" in fqn}}
known = {{fqn.rpartition(".")[0]: each.__module__ for fqn, each in aws.items()}}
print(json.dumps([known, dict(map._submodule_fqn_map)]))
"""

Names = dict[str, str]


def synthesize(outdir: Path, cache: Path, **environ: str) -> tuple[bytes, Names, Names]:
    """Return the stack's bytes, the modules of the types Python knows, and those it would look up."""
    finished = run_python(SYNTHESIZE.format(outdir=str(outdir)), cache, **environ)
    assert finished.returncode == 0, finished.stderr
    known, looked_up = json.loads(finished.stdout)
    (output,) = outdir.glob("stacks/*/cdk.tf.json")
    return output.read_bytes(), known, looked_up


@pytest.mark.requirement("GEN-9")
def test_same_bytes_by_both_paths(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        stock_run = pool.submit(synthesize, tmp_path / "stock", tmp_path / "unused", CDKTF_STOCK_BINDING="1")
        cold, few, looked_up = synthesize(tmp_path / "cold", tmp_path / "cache")
        warm, _, _ = synthesize(tmp_path / "warm", tmp_path / "cache")
        stock, all_types, _ = stock_run.result()

    types = json.loads(stock)["resource"]
    assert len(types) >= 60, "the stack has become too small to prove much"
    assert cold == stock
    assert warm == stock
    # Both ran the way they should: one knows every type, the other the stack's, and where all are.
    assert len(all_types) > 2000
    assert len(few) < 200
    assert {name: module for name, module in looked_up.items() if "provider-aws" in name} == all_types
