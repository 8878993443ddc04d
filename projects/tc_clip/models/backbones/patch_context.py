"""Context tokens from all patches of a video."""
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class ProjectedPatches(BaseModule):
    """The mean over time of each patch, in CLIP's joint space (X-CLIP).

    X-CLIP's video-specific prompts read ``mean_t(LN(patches_t) @ W)``, with
    the patches of the last layer before ``ln_post``. Here the mean comes
    before the projection, which gives the same numbers.

    Args:
        in_channels: width of the patches, D; filled in by TCCLIPViT.
        channels: width of the context tokens, E; filled in by TCCLIPViT.
        init_std: standard deviation of the initial projection. The official
            one is 1, without a scale for the width.

    Example:
        >>> backbone = dict(
        ...     type='TCCLIPViT', patch_context=dict(type='ProjectedPatches'))
    """

    def __init__(self,
                 in_channels: int,
                 channels: int,
                 init_std: float = 1.) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(in_channels)
        proj = torch.empty(in_channels, channels)
        self.proj = nn.Parameter(nn.init.normal_(proj, std=init_std))

    def forward(self, patches: Tensor) -> Tensor:
        """Turns patches of a layer into context tokens.

        Args:
            patches: ``(B, T, N - 1, D)``, without CLS tokens.

        Returns:
            ``(B, N - 1, E)``, a token for each place in the frame.
        """
        return self.norm(patches).mean(1) @ self.proj
