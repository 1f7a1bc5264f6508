"""Whether the credentials are the right ones, before anything is planned: account, region, state."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
)

from settings import Settings
from stacks.catalogue import STACKS
from tools.errors import ToolError

SIGN_IN = "set AWS_PROFILE or keys, or sign in again (`aws sso login`)"
_SESSION_OVER = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


class CredentialsError(ToolError):
    """The credentials are missing or not those of the environment; the text says which are wanted."""


def check(settings: Settings, region: str, environment: Mapping[str, str]) -> str:
    """Refuse credentials that are missing, over, or not for this account and region.

    Args:
        settings: The environment's settings; its account is the one that is wanted.
        region: Region of the stack.
        environment: The process's environment, with the credentials.

    Returns:
        Who is signed in, as an ARN.

    Raises:
        CredentialsError: They are not the right ones.
    """
    _check_named_region(region, settings, environment)
    identity = _identity(region)
    account, arn = str(identity["Account"]), str(identity["Arn"])
    if settings.account_id and account != settings.account_id:
        raise CredentialsError(
            f"the credentials are of account {account} ({arn}), but {settings.suffix} belongs to "
            f"{settings.account_id} (ACCOUNT_ID): {SIGN_IN}"
        )
    _check_region_open(region)
    return arn


def check_state_bucket(settings: Settings) -> None:
    """Refuse to go on without the bucket of the state.

    Raises:
        CredentialsError: It is not there, or these credentials can't look at it.
    """
    bucket, region = settings.state_bucket, settings.state_region
    try:
        # What whoever plans may see of it. From another region the answer comes by a redirection.
        answer = _client("s3", region).list_objects_v2(Bucket=bucket, Prefix=f"{settings.suffix}/", MaxKeys=1)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise CredentialsError(
                f"STATE_BUCKET={bucket} does not exist: `make bootstrap` makes it"
            ) from error
        raise CredentialsError(
            f"STATE_BUCKET={bucket} can't be looked at ({code}): is it of this account?"
        ) from error
    actual = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", region)
    if actual != region:
        raise CredentialsError(f"STATE_BUCKET={bucket} is in {actual}, not in {region} (STATE_REGION)")


def _check_named_region(region: str, settings: Settings, environment: Mapping[str, str]) -> None:
    """Whoever names a region to AWS's tools expects to work there, and would look for the stack there."""
    named = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if named and named not in {region, *(stack.region(settings) for stack in STACKS)}:
        raise CredentialsError(
            f"AWS_REGION is {named}, but the stack is deployed to {region}: unset it, or change the stack's "
            "region in the settings"
        )


def _identity(region: str) -> Any:
    try:
        return _client("sts", region).get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as error:
        raise CredentialsError(f"there are no AWS credentials ({error}): {SIGN_IN}") from error
    except SSOError as error:
        raise CredentialsError(f"the AWS session is over ({error}): {SIGN_IN}") from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _SESSION_OVER:
            raise CredentialsError(f"the AWS session is over ({code}): {SIGN_IN}") from error
        raise CredentialsError(
            f"AWS does not accept the credentials in {region} ({code}): they are wrong, or the account has "
            f"not enabled the region; {SIGN_IN}"
        ) from error
    except BotoCoreError as error:
        raise CredentialsError(f"AWS can't be asked who is signed in: {error}") from error


def _check_region_open(region: str) -> None:
    """A call that every plan makes: refused where a policy keeps these credentials out of the region."""
    try:
        _client("ec2", region).describe_availability_zones()
    except (ClientError, BotoCoreError) as error:
        raise CredentialsError(f"the credentials may not work in {region}: {error}") from error


def _client(service: str, region: str) -> Any:
    config = Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})
    # A session of its own: boto3's default one would keep credentials that it found earlier.
    return boto3.Session().client(service, region_name=region, config=config)  # type: ignore[call-overload]
