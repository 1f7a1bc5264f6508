"""Ids of requirements in the texts of modules."""

from tools.reference.requirements import in_order, named, without_ids


def test_ranges_are_all_of_their_ids() -> None:
    assert named("Aurora (DB-1 to DB-3), on topics (OBS-3)") == {"DB-1", "DB-2", "DB-3", "OBS-3"}


def test_what_looks_like_an_id_and_is_none_is_left_out() -> None:
    assert named("PCI-DSS 8.3, SHA-256, SSE-3, NET-99") == set()


def test_ids_come_in_the_order_of_the_requirements() -> None:
    assert in_order({"OBS-3", "GEN-5", "DB-2", "GEN-10"}) == "GEN-5, DB-2, OBS-3"


def test_brackets_go_with_their_ids_and_others_stay() -> None:
    assert without_ids("A bucket (of S3) for logs (S3-1, PCI-DSS 10).") == "A bucket (of S3) for logs"
    assert without_ids("Functions (FN-1), each with a role (IAM-1).") == "Functions, each with a role"
