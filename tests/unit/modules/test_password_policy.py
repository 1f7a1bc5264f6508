"""IAM users' passwords are as PCI-DSS asks for."""

import pytest

from modules.password_policy import PasswordPolicy
from tests.support.construct import synthesize


@pytest.mark.requirement("CFG-4")
def test_passwords_are_long_mixed_short_lived_and_not_used_again() -> None:
    synthesize(lambda stack: PasswordPolicy(stack, "policy")).one(
        "aws_iam_account_password_policy",
        minimum_password_length=14,
        require_lowercase_characters=True,
        require_uppercase_characters=True,
        require_numbers=True,
        require_symbols=True,
        password_reuse_prevention=24,
        max_password_age=90,
        allow_users_to_change_password=True,
    )
