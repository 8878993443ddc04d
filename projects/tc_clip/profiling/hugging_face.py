"""Hugging Face's X-CLIP with the weights of ours, to compare speed."""
from typing import Any, Callable

import open_clip
import torch
from torch import Tensor

from ..clip.layouts import HF_X_CLIP


def xclip_config(model: Any) -> Any:
    """Returns the ``XCLIPConfig`` of a recognizer with X-CLIP's parts.

    Args:
        model: a TCCLIPRecognizer built from ``_base_/models/x_clip.py``.

    Raises:
        ModuleNotFoundError: transformers is not installed.
    """
    try:
        from transformers import XCLIPConfig
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{error}: pip install transformers==4.51.3') from error
    backbone, encoder = model.backbone, model.cls_head.text_encoder
    blocks = backbone.transformer.resblocks
    text_blocks = encoder.transformer.resblocks
    mit, fusion = model.neck.blocks, model.cls_head.fusion
    width, joint = backbone.conv1.out_channels, backbone.embed_dim
    return XCLIPConfig(
        text_config=dict(
            hidden_size=encoder.width,
            intermediate_size=text_blocks[0].mlp.c_fc.out_features,
            num_hidden_layers=len(text_blocks),
            num_attention_heads=text_blocks[0].attn.num_heads),
        vision_config=dict(
            hidden_size=width,
            intermediate_size=blocks[0].mlp.c_fc.out_features,
            num_hidden_layers=len(blocks),
            num_attention_heads=blocks[0].attn.num_heads,
            image_size=backbone.image_size[0],
            patch_size=backbone.conv1.kernel_size[0],
            num_frames=backbone.num_frames,
            mit_hidden_size=joint,
            mit_intermediate_size=mit[0].mlp.c_fc.out_features,
            mit_num_hidden_layers=len(mit),
            mit_num_attention_heads=mit[0].attn.num_heads),
        projection_dim=joint,
        prompt_layers=len(fusion.layers),
        prompt_num_attention_heads=mit[0].attn.num_heads)


def xclip_logits(model: Any) -> Callable[[Tensor], Tensor]:
    """Returns a function that scores clips by ``XCLIPModel``.

    Args:
        model: a TCCLIPRecognizer built from ``_base_/models/x_clip.py``, whose
            weights are copied.

    Returns:
        A function from clips ``(B, 3, T, H, W)`` to logits ``(B, C)``. It
        encodes the class texts in each call, as XCLIPModel always does.

    Raises:
        ModuleNotFoundError: transformers is not installed.
        ValueError: the recognizer has other parts than X-CLIP's.
    """
    state = HF_X_CLIP.write(model.state_dict())
    config = xclip_config(model)
    from transformers import XCLIPModel
    theirs: Any = XCLIPModel(config)
    theirs.load_state_dict(state)
    device = model.cls_head.logit_scale.device
    theirs.eval().to(device)
    tokens = open_clip.SimpleTokenizer()(model.cls_head.class_names).to(device)

    def score(clips: Tensor) -> Tensor:
        return theirs(
            input_ids=tokens,
            attention_mask=torch.ones_like(tokens),
            pixel_values=clips.transpose(1, 2)).logits_per_video

    return score
