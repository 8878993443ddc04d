"""Small configs of all systems."""
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from tests.small import CONFIGS

# Names of the systems, and the beginning of their configs' names.
SYSTEMS = {
    'X-CLIP': 'xclip',
    'ActionCLIP': 'actionclip',
    'A5': 'a5',
    'Vita-CLIP': 'vitaclip',
    'TC-CLIP': 'tcclip',
    'ViFi-CLIP': 'vificlip',
    'Open-VCLIP': 'openvclip',
    'FROSTER': 'froster',
    'OST': 'ost',
    'MAXI': 'maxi',
}
COMPARED = [*SYSTEMS][:4]
# Systems whose training compares with CLIP's weights.
BESIDE_CLIP = 'Open-VCLIP', 'FROSTER'
NAMES = ['up', 'down', 'left', 'right']


def system_config(system, **options):
    """Returns the demo's config for a system, with its groups and hooks.

    Args:
        system: key of ``SYSTEMS``.
        **options: of the backbone, such as ``pretrained``.
    """
    config = Config.fromfile(CONFIGS / f'demo/{SYSTEMS[system]}_motion.py')
    config.model.backbone.update(options)
    config.model.cls_head.class_names = NAMES
    config.model.pop('save_teacher', None)
    for step in config.train_dataloader.dataset.pipeline:
        if step.type == 'AddTextBag':
            step.update(class_names=NAMES, bag_size=3)
    recipe = config.get('recipe', {})
    wrapper = dict(recipe.get('optim_wrapper', {}))
    wrapper.pop('optimizer', None)
    config.optim_wrapper.update(wrapper)
    hooks = dict(recipe.get('default_hooks', {}))
    hooks.pop('_delete_', None)
    config.default_hooks.update(hooks)
    return config


def save_start(config, path):
    """Saves random weights of a config's model, as training saves them."""
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    meta = dict(dataset_meta=dict(classes=NAMES))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), path)
    return model.state_dict()
