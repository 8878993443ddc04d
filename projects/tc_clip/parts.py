"""Lists all registered parts of this project as a page, docs/parts.md."""
import inspect
from typing import Any, Dict, Iterator, List, Tuple

from mmaction import registry as stock
from mmengine import registry as base
from mmengine.registry import Registry

from . import registry as ours

# Where a config names the parts of a folder or module.
SLOTS = {
    'models.recognizers': '`model`',
    'models.backbones': '`model.backbone`',
    'models.backbones.patch_context': '`model.backbone.patch_context`',
    'models.references': '`model.backbone.reference`',
    'models.references.seed_selection': '`reference.selection`',
    'models.references.token_merging': '`reference.summary`',
    'models.references.token_clustering': '`reference.summary`',
    'models.injections': '`model.backbone.injection`',
    'models.necks': '`model.neck`',
    'models.heads': '`model.cls_head`',
    'models.heads.similarities': '`model.cls_head.similarity`',
    'models.heads.batch_texts': '`model.cls_head.contrast`',
    'models.heads.optimal_transport': '`model.cls_head.similarity`',
    'models.heads.sampled_classes': '`model.cls_head.contrast`',
    'models.heads.text_bags': '`model.cls_head.contrast`',
    'models.heads.drawn_template': '`model.cls_head.contrast`',
    'models.losses': '`model.cls_head.loss_cls`',
    'models.losses.residual_distillation': '`model.distillation`',
    'models.text': '`model.cls_head.prompts`',
    'models.text.video_prompting': '`model.cls_head.prompting`',
    'models.text.late_fusion': '`model.cls_head.fusion`',
    'models.text.video_specific': '`model.cls_head.fusion`',
    'models.text.wordings': '`model.cls_head.aggregate`',
    'datasets': 'a pipeline',
    'datasets.balanced_sampler': '`sampler`',
    'datasets.video_dataset': '`dataset`',
    'engine.hooks': '`custom_hooks`, `default_hooks`',
    'engine.gaussian_average': '`EMAHook.ema_type`',
    'engine.timm_cosine': '`param_scheduler`',
    'engine.slowfast_cosine': '`param_scheduler`',
    'engine.parameter_groups': '`optim_wrapper.constructor`',
    'engine.protocol_test_loop': '`test_cfg`',
    'engine.sharding.sharded_model': '`strategy.model_wrapper`',
    'engine.sharding.sharded_runner': '`runner_type`',
    'engine.sharding.sharded_strategy': '`strategy`',
}
_ROOMS = tuple(f'{__package__}.{room}.'
               for room in ('models', 'datasets', 'engine'))
PAGE = """# Parts

All classes that configs can name, made by `python tools/index_configs.py`.
Their docstrings list the options:

```python
import projects.tc_clip
from mmaction.registry import MODELS
help(MODELS.get('TemporalTransformer'))
```
"""


def slot_of(module: str) -> str:
    """Returns where a config names a class of a module.

    Args:
        module: name of the module, from this package on.

    Raises:
        KeyError: neither the module nor a folder of it is in ``SLOTS``.
    """
    name = module
    while name not in SLOTS and '.' in name:
        name = name.rpartition('.')[0]
    return SLOTS[name]


def registered() -> Iterator[Tuple[str, Any]]:
    """Yields the name and class of each part."""
    registries = {
        id(found): found
        for home in (base, stock, ours)
        for found in vars(home).values() if isinstance(found, Registry)
    }
    seen: Dict[str, Any] = {}
    for found in registries.values():
        for name, kind in found.module_dict.items():
            # not what `compat` adds for other releases
            if kind.__module__.startswith(_ROOMS):
                seen.setdefault(name, kind)
    yield from sorted(seen.items())


def rows() -> List[str]:
    """Returns the rows of the table, ordered by where a config names them."""
    lines = []
    for name, kind in registered():
        module = kind.__module__[len(__package__) + 1:]
        first = (inspect.getdoc(kind) or '').partition('\n')[0]
        path = f'../projects/tc_clip/{module.replace(".", "/")}.py'
        lines.append((slot_of(module), f'[`{name}`]({path})', first))
    return [f'| {" | ".join(line)} |\n' for line in sorted(lines)]


def page() -> str:
    """Returns docs/parts.md."""
    header = '| named in | part | what it does |\n| --- | --- | --- |\n'
    return f'{PAGE}\n{header}{"".join(rows())}'
