"""Training of models that are divided among processes (FSDP)."""
from .sharded_model import ShardedModel, is_transformer_block, wrap_units
from .sharded_runner import ShardedRunner
from .sharded_strategy import ShardedStrategy

__all__ = [
    'ShardedModel', 'ShardedRunner', 'ShardedStrategy', 'is_transformer_block',
    'wrap_units'
]
