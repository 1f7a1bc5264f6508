"""The account's password policy for IAM users (CFG-4, PCI-DSS 8.3)."""

from cdktf_cdktf_provider_aws.iam_account_password_policy import IamAccountPasswordPolicy
from constructs import Construct

MINIMUM_LENGTH = 14
"""PCI-DSS 8.3.6 asks for 12 characters, AWS Config's rule for 14 by default."""

REUSE_PREVENTION = 24
"""Former passwords that are refused; PCI-DSS 8.3.7 asks for 4, AWS Config's rule for 24 by default."""

MAXIMUM_AGE_DAYS = 90
"""Days that a password lives (PCI-DSS 8.3.9)."""


class PasswordPolicy(Construct):
    """The password policy. An account has one: only one stack of an account has this construct."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        IamAccountPasswordPolicy(
            self,
            "policy",
            minimum_password_length=MINIMUM_LENGTH,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            password_reuse_prevention=REUSE_PREVENTION,
            max_password_age=MAXIMUM_AGE_DAYS,
            allow_users_to_change_password=True,
        )
