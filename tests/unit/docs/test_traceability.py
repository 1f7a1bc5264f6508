"""Every requirement is proven by a test, and the table that says so is true."""

from tools import traceability


def test_every_requirement_of_sections_a_and_b_is_named_by_a_test() -> None:
    tests = traceability.proven()
    assert [id_ for id_ in traceability.required("AB") if id_ not in tests] == []


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    assert sorted(set(traceability.proven()) - set(traceability.required("ABC"))) == []


def test_the_table_is_up_to_date() -> None:
    assert traceability.TABLE.read_text(encoding="utf-8") == traceability.table(), (
        "run python -m tools.traceability"
    )
