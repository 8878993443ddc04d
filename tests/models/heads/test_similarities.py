"""How videos are compared with class texts."""
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS


def test_unit_vectors_give_cosines():
    similarity = MODELS.build(dict(type='CosineSimilarity'))
    video, text = torch.randn(2, 24).double(), torch.randn(2, 3, 24).double()
    have = similarity(F.normalize(video, dim=-1), F.normalize(text, dim=-1))
    wanted = F.cosine_similarity(video[:, None], text, -1)
    torch.testing.assert_close(have, wanted)
    # texts that no video changes are there once
    shared = F.normalize(text[:1], dim=-1)
    torch.testing.assert_close(
        similarity(F.normalize(video, dim=-1), shared),
        F.cosine_similarity(video[:, None], text[:1], -1))
