"""The Python that functions run on: the interpreter of the project with AWS's packages and no others.

A package of the project's environment that no layer holds must be missing here as it would be in AWS.
"""

import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

# What Lambda's Python runtimes bring along, and what AWS's runtime client needs.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
_RUNTIME_DISTRIBUTIONS = (
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)


def create(folder: Path) -> Path:
    """Makes a virtual environment that holds what AWS's runtime holds.

    Args:
        folder: where the environment goes; an older one there is replaced.

    Returns:
        The environment's interpreter.

    Raises:
        importlib.metadata.PackageNotFoundError: the project's environment lacks one of the packages.
    """
    venv.create(folder, clear=True, symlinks=True, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = folder / "lib" / version / "site-packages"
    for name in _RUNTIME_DISTRIBUTIONS:
        installed = distribution(name)
        top_level = {
            file.parts[0] for file in installed.files or () if file.parts[0] not in ("..", "__pycache__")
        }
        for entry in sorted(top_level):
            (site_packages / entry).symlink_to(Path(str(installed.locate_file(entry))).resolve())
    return folder / "bin" / "python"
