"""What MMAction2's tools should compute, from the parts of a model."""
import torch
from mmaction.registry import MODELS
from mmengine.dataset import Compose


def read(video, pipeline):
    """Returns the views of a video, ``(V, 3, T, H, W)``."""
    sample = dict(filename=str(video), label=-1, start_index=0, modality='RGB')
    return Compose(pipeline)(sample)['inputs']


@torch.no_grad()
def view_features(model, views):
    """Returns the features ``(V, C)`` of views."""
    backbone = dict(model.cfg.model.backbone, out='feature')
    tower = MODELS.build(backbone).eval()
    tower.load_state_dict(model.backbone.state_dict())
    data = model.data_preprocessor(dict(inputs=[views], data_samples=None))
    return tower(data['inputs'].flatten(0, 1))


@torch.no_grad()
def view_scores(model, views):
    """Returns the mean probabilities ``(C, )`` of views."""
    data = model.data_preprocessor(dict(inputs=[views], data_samples=None))
    features = model.backbone(data['inputs'].flatten(0, 1))
    return model.cls_head(features).softmax(-1).mean(0)
