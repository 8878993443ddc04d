"""The tables of docs/reliability.md are those of the tests."""
from tests.bad_input.cases import tables
from tests.small import ROOT


def test_the_page_has_the_rows_that_are_tested():
    page = (ROOT / 'docs/reliability.md').read_text()
    assert tables().strip() in page, f'write into the page:\n{tables()}'
