"""The local AWS as a process: `python -m local.server --port 4566`.

Prints its address on standard output as soon as it answers, and serves until SIGTERM or SIGINT.
"""

import argparse
import contextlib
import signal
import sys
import tempfile
from pathlib import Path
from threading import Event

from local import data_path
from local.control_plane import LOOPBACK, ControlPlane, PortInUseError
from local.database import databases
from local.monitoring.monitoring import Monitoring


def main(arguments: list[str] | None = None) -> int:
    """Serves until told to stop.

    Returns:
        The exit status: 0 after a signal, 1 when the address can't be used.
    """
    options = _parse(arguments)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        control_plane = ControlPlane(options.host, options.port)
    except (PortInUseError, ValueError) as error:
        print(f"local AWS: {error}", file=sys.stderr)
        return 1
    with control_plane, tempfile.TemporaryDirectory(prefix="local-aws-") as scratch:
        work = options.work or Path(scratch)
        certificate = options.rds_certificate or work / "rds-ca.pem"
        with contextlib.ExitStack() as running:
            running.callback(databases.start(work / "databases", certificate).stop)
            functions = data_path.start(
                endpoint_url=control_plane.endpoint_url,
                layers=options.layers,
                work=work,
                rds_certificate=certificate,
                mailbox=options.mailbox,
            )
            running.callback(functions.stop)
            monitoring = Monitoring()
            monitoring.start()
            running.callback(monitoring.stop)
            print(control_plane.endpoint_url, flush=True)
            stopping.wait()
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.server", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK, help="loopback address to bind (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0, the default, chooses a free one")
    parser.add_argument(
        "--layers",
        type=Path,
        help="folder with this machine's builds of the Lambda layers, one folder a layer",
    )
    parser.add_argument(
        "--work",
        type=Path,
        help="where functions are unpacked and databases kept (default: a temporary folder)",
    )
    parser.add_argument(
        "--rds-certificate",
        type=Path,
        help="file for the certificate that clients verify databases with (default: in the --work folder)",
    )
    parser.add_argument(
        "--mailbox", type=Path, help="file for what e-mail subscribers of topics get (default: in --work)"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
