"""Small configs of all systems."""
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from tests.small import CONFIGS

# Names of the systems, and files in configs/_base_/models.
SYSTEMS = {
    'X-CLIP': 'x_clip',
    'ActionCLIP': 'action_clip',
    'A5': 'a5',
    'Vita-CLIP': 'vita_clip',
    'TC-CLIP': 'tc_clip',
    'ViFi-CLIP': 'vifi_clip',
    'Open-VCLIP': 'open_vclip',
    'FROSTER': 'froster',
    'OST': 'ost',
    'MAXI': 'maxi',
}
COMPARED = [*SYSTEMS][:4]
# Systems whose training compares with CLIP's weights.
BESIDE_CLIP = 'Open-VCLIP', 'FROSTER'
NAMES = ['up', 'down', 'left', 'right']
WORDS = [['rise', 'sky'], ['fall', 'floor'], ['turn', 'west'], ['go', 'east']]


def give_texts(config):
    """Gives a config of OST its descriptors, and one of MAXI its bags."""
    head = config.model.cls_head
    if head.get('templates') == 'ost':
        head.descriptors = dict(spatial=WORDS, temporal=WORDS[::-1])
    if head.get('contrast', {}).get('type') == 'TextBags':
        bag = dict(
            type='AddTextBag',
            class_names=NAMES,
            class_words=WORDS,
            bag_size=3)
        pipeline = config.train_dataloader.dataset.pipeline
        pipeline[-1:] = [
            bag, dict(type='PackActionInputs', meta_keys=('text_bag', ))
        ]


def system_config(system, **options):
    """Returns the demo's config for a system, with its groups and hooks.

    Args:
        system: key of ``SYSTEMS``.
        **options: of the backbone, such as ``pretrained``.
    """
    config = Config.fromfile(CONFIGS / 'demo/tcclip_motion.py')
    arch, reference = (
        config.model.backbone[key] for key in ('arch', 'reference'))
    base = Config.fromfile(CONFIGS / f'_base_/models/{SYSTEMS[system]}.py')
    base.model.backbone.update(
        dict(arch=arch, pretrained=None, num_frames=8), **options)
    if system == 'TC-CLIP':
        base.model.backbone.reference = reference
    base.model.cls_head.class_names = NAMES
    base.model.data_preprocessor.blending = None
    config.model = base.model
    recipe = base.get('recipe', {})
    wrapper = dict(recipe.get('optim_wrapper', {}))
    wrapper.pop('optimizer', None)
    config.optim_wrapper.update(wrapper)
    hooks = dict(recipe.get('default_hooks', {}))
    hooks.pop('_delete_', None)
    config.default_hooks.update(hooks)
    give_texts(config)
    return config


def save_start(config, path):
    """Saves random weights of a config's model, as training saves them."""
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    meta = dict(dataset_meta=dict(classes=NAMES))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), path)
    return model.state_dict()
