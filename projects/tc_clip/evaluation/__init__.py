"""The figures that the paper's tables hold."""
from .protocol_table import Result, Summary, summarise, to_markdown

__all__ = ['Result', 'Summary', 'summarise', 'to_markdown']
