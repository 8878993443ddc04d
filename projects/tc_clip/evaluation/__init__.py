"""The paper's tables: scores of tests, rows, files and text."""
from .protocols import PROTOCOLS, Protocol, check_list
from .result_files import find_results, read_scores, write_scores
from .rows import group_rows
from .scores import RowKey, Score
from .tables import Row, as_markdown, our_rows, paper_rows

__all__ = [
    'PROTOCOLS', 'Protocol', 'Row', 'RowKey', 'Score', 'as_markdown',
    'check_list', 'find_results', 'group_rows', 'our_rows', 'paper_rows',
    'read_scores', 'write_scores'
]
