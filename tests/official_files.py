"""Small official files of all systems, and the CLIP that they come from."""
import torch
from mmaction.registry import MODELS

from projects.tc_clip.clip.conversion import convert
from projects.tc_clip.clip.foreign_files import LAYOUTS
from tests.small import perturb, save_clip
from tests.system_configs import system_config

LAYOUT_OF = {
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


class OmegaConf:
    """A class that official files hold, and that is not to be loaded."""


def write_official(system, folder):
    """Writes ``official.pth`` of a system, and its ``clip.pt``.

    Returns the small config, which names this CLIP, and the model's weights.
    """
    clip = str(folder / 'clip.pt')
    config = system_config(system)
    save_clip(clip, config.model.backbone.arch)
    config.model.backbone.pretrained = clip
    torch.manual_seed(1)
    model = MODELS.build(config.model)
    embedding = model.cls_head.text_encoder.token_embedding.weight
    perturb(model, 0.05)
    with torch.no_grad():
        embedding.copy_(torch.load(clip)['token_embedding.weight'])
    layout = LAYOUTS[LAYOUT_OF[system]]
    file = layout.wrap(layout.write(model.state_dict(), {}))
    torch.save(dict(file, config=OmegaConf()), folder / 'official.pth')
    return config, model.state_dict()


def convert_official(system, config, folder):
    """Converts the file by the command's function; returns the new file."""
    ours = folder / 'ours.pth'
    convert(LAYOUT_OF[system], str(folder / 'official.pth'), ours,
            config.model.backbone.arch.to_dict(),
            config.model.backbone.pretrained)
    return ours
