"""Gives MMAction2's heads the video feature in the form that they read."""
from typing import Any, Callable, Dict

from torch import Tensor, nn

from ..joining import dry_run


def as_map(feature: Tensor) -> Tensor:
    """Returns ``(B, E)`` as a map of one position, ``(B, E, 1, 1, 1)``."""
    return feature[..., None, None, None]


# Each form of a video feature (B, E), for the heads of MMAction2 that read it.
FORMS: Dict[str, Callable[[Tensor], Any]] = {
    # TimeSformerHead, UniFormerHead, FeatureHead, I3DHead without pooling
    'feature':
    lambda feature: feature,
    # I3DHead, X3DHead, TPNHead
    'map':
    as_map,
    # MViTHead reads patches and class token of the last stage
    'tokens':
    lambda feature: ([as_map(feature), feature], ),
    # SlowFastHead pools two maps, and concatenates fast and slow channels
    'pathways':
    lambda feature: tuple(
        as_map(half) for half in reversed(feature.chunk(2, dim=1))),
}


class _FormedFeature(nn.Module):
    """A head behind one of the forms.

    Args:
        form: key in :data:`FORMS`.
        head: the head.
    """

    def __init__(self, form: str, head: nn.Module) -> None:
        super().__init__()
        self.form, self.head = form, head

    def forward(self, feature: Tensor) -> Any:
        """Scores video features ``(B, E)``."""
        return self.head(FORMS[self.form](feature))


def reads(head: Any, form: str, width: int) -> bool:
    """Returns whether a head scores video features in a form.

    Args:
        head: an MMAction2 head.
        form: key in :data:`FORMS`.
        width: channels of the video feature.
    """
    videos = 3  # neither the length of a pair nor of a single row
    try:
        scores = dry_run(_FormedFeature(form, head), (videos, width))
    # a head meets a form that it was not written for: anything may fail
    except Exception:
        return False
    # FeatureHead has no classes, and returns the feature
    classes = width if head.num_classes is None else head.num_classes
    return isinstance(scores, Tensor) and scores.shape == (videos, classes)


def form_for(head: Any, width: int) -> str:
    """Returns the form of a video feature that a head reads.

    Args:
        head: an MMAction2 head.
        width: channels of the video feature.

    Raises:
        ValueError: the head expects other channels, or none of the forms.
    """
    name = type(head).__name__
    if head.in_channels not in (None, width):
        raise ValueError(
            f'{name} expects in_channels={head.in_channels}, but TCCLIPViT '
            f'gives {width} channels: write cls_head=dict(in_channels={width})'
        )
    for form in FORMS:
        if reads(head, form, width):
            return form
    raise ValueError(
        f"{name} reads none of TCCLIPViT's outputs {', '.join(FORMS)}: set "
        'out in the backbone if it does read one, or write '
        "cls_head=dict(_delete_=True, type='TimeSformerHead', "
        f"num_classes={head.num_classes}, in_channels={width}, "
        "average_clips='prob')")
