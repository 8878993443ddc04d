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
}
COMPARED = [*SYSTEMS][:4]
# Systems with several texts of a class or a video.
BAG_SYSTEMS = {'OST': 'ost', 'MAXI': 'maxi'}
# Systems whose image towers read the frames beside each frame.
WINDOW_SYSTEMS = {'Open-VCLIP': 'openvclip', 'FROSTER': 'froster'}
NAMES = ['up', 'down', 'left', 'right']


def system_config(system, **options):
    """Returns the demo's config for a system, with its recipe's groups.

    Args:
        system: key of ``SYSTEMS``, ``BAG_SYSTEMS`` or ``WINDOW_SYSTEMS``.
        **options: of the backbone, such as ``pretrained``.
    """
    name = {**SYSTEMS, **BAG_SYSTEMS, **WINDOW_SYSTEMS}[system]
    config = Config.fromfile(CONFIGS / f'demo/{name}_motion.py')
    config.model.backbone.update(options)
    config.model.cls_head.class_names = NAMES
    for step in config.train_dataloader.dataset.pipeline:
        if step.type == 'AddTextBag':
            step.update(class_names=NAMES, bag_size=3)
    wrapper = dict(config.get('recipe', {}).get('optim_wrapper', {}))
    wrapper.pop('optimizer', None)
    config.optim_wrapper.update(wrapper)
    return config


def save_start(config, path):
    """Saves random weights of a config's model, as training saves them."""
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    meta = dict(dataset_meta=dict(classes=NAMES))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), path)
    return model.state_dict()
