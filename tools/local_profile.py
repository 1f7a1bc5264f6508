"""The environment of every command that works on the local AWS.

Nothing started with it can reach the real AWS: the keys are dummies, no profile or credential of the user's
is read, every service's endpoint is the local one (`AWS_ENDPOINT_URL`, which the Terraform provider, its S3
backend and boto3 all honour), and whatever still leaves for another host meets a proxy that isn't there.

AWS SDK settings: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tools.errors import ToolError

CLOSED_PROXY = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a call that goes through this proxy fails at once."""

STATE_BUCKET = "local-terraform-state"

REAL_AWS_DOMAINS = ("amazonaws.com", "amazonaws.com.cn", "api.aws")

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def check_endpoint(url: str) -> None:
    """Refuses an address that can't be an emulator's.

    Raises:
        ToolError: no http address, or the real AWS.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise ToolError(f"LOCAL_AWS_URL={url} is no address like http://127.0.0.1:4566")
    if any(host == domain or host.endswith(f".{domain}") for domain in REAL_AWS_DOMAINS):
        raise ToolError(f"LOCAL_AWS_URL={url} is the real AWS; `make deploy` deploys there")


def environment(
    endpoint: str, base: Mapping[str, str], synthesized: Path, *, proxy: str = CLOSED_PROXY
) -> dict[str, str]:
    """The variables for a command on the local AWS.

    Args:
        endpoint: address of the local AWS; an IP address, so that S3 is addressed by path.
        base: the user's environment; what could lead to the real AWS is taken out of it.
        synthesized: cdktf's output folder.
        proxy: where calls to any other host end up.
    """
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith("AWS_") and name.upper() not in _PROXIES and name != "STATE_REGION"
    }
    direct = f"127.0.0.1,localhost,{urlsplit(endpoint).hostname}"
    proxies = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": direct}
    return {
        **kept,
        **proxies,
        **{name.lower(): value for name, value in proxies.items()},
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region(base),
        "AWS_DEFAULT_REGION": region(base),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # The provider's default is 25, minutes of waiting where an emulator has an error of its own.
        "AWS_MAX_ATTEMPTS": "3",
        "STATE_BUCKET": STATE_BUCKET,
        "CDKTF_OUTDIR": str(synthesized),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }


def region(base: Mapping[str, str]) -> str:
    """Region of the stack, by the same setting and default as the stack's own."""
    return base.get("TRADING_ANALYTICS_REGION") or "us-east-1"


def with_own_proxies(profile: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    """A profile with the user's proxies put back: for `terraform init` only, which may need the registry."""
    kept = {name: value for name, value in profile.items() if name.upper() not in _PROXIES}
    return kept | {name: value for name, value in base.items() if name.upper() in _PROXIES}


@contextlib.contextmanager
def entered(profile: Mapping[str, str]) -> Iterator[None]:
    """Gives this process itself a profile's environment, so that boto3 stays in it too."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(profile)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
