"""Videos of a batch and their own texts, in one process and in two."""
import os

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import nn

from projects.tc_clip.models.heads.batch_texts import gather_rows
from projects.tc_clip.models.text import text_encoder
from tests.models.heads.test_contrast import make_samples
from tests.small import make_head, spy

NAMES = ['run', 'sit', 'swim', 'jump', 'walk']
TEMPLATES = ['{}', 'a video of {}', '{}, outdoors']
LABELS, WORDINGS = [1, 4, 1, 0], [2, 0, 1, 2]


class Model(nn.Module):
    """A head on trained features, for DDP."""

    def __init__(self, **options):
        super().__init__()
        self.head = make_head(
            NAMES,
            templates=TEMPLATES,
            num_prompts=0,
            prompt_init=None,
            prompt_layers=[],
            contrast=dict(type='BatchTexts'),
            loss_cls=dict(type='MultiPositiveKL'),
            **options).double().train()
        torch.manual_seed(1)
        self.video = nn.Linear(6, 24).double()

    def forward(self, x, labels, wordings):
        self.head.contrast.draw = lambda count, size: torch.tensor(wordings)
        return self.head.loss(self.video(x), make_samples(*labels))['loss_cls']


def inputs():
    """Returns four videos that are always the same."""
    generator = torch.Generator().manual_seed(2)
    return torch.randn(4, 6, generator=generator, dtype=torch.float64)


def gradients(module):
    """Returns the gradients of a model by name."""
    return {
        name: p.grad
        for name, p in module.named_parameters() if p.grad is not None
    }


def test_wordings_are_drawn_by_the_seed():
    contrast = MODELS.build(dict(type='BatchTexts'))
    labels, counts = torch.tensor([3, 0, 3, 1]), torch.zeros(3)
    for seed in range(500):
        torch.manual_seed(seed)
        texts, = contrast.choose(labels, 3, 5)
        assert (texts % 5).equal(labels)
        counts += (texts // 5).bincount(minlength=3)
        torch.manual_seed(seed)
        assert contrast.choose(labels, 3, 5)[0].equal(texts)
    # 2000 draws of three, which deviate by about 21
    assert (counts - 2000 / 3).abs().max() < 90


@pytest.mark.parametrize('aggregate',
                         ['MeanOfWordings', 'MeanOfProbabilities'])
def test_loss_compares_videos_with_their_own_texts(monkeypatch, aggregate):
    model = Model(aggregate=dict(type=aggregate))
    blocks = spy(monkeypatch, text_encoder, 'last_text_block')
    loss = model(inputs(), LABELS, WORDINGS)
    assert sum(count for count, _ in blocks[0][1].runs) == 4
    head = model.head
    video = F.normalize(model.video(inputs()), dim=-1)
    every = head.encode_texts()[0].unflatten(0, (3, 5))
    logits = torch.zeros(4, 4).double()
    same = torch.zeros(4, 4).double()
    for i in range(4):
        for j in range(4):
            text = every[WORDINGS[j], LABELS[j]]
            logits[i,
                   j] = head.logit_scale.exp() * video[i] @ text / text.norm()
            same[i, j] = LABELS[i] == LABELS[j]
    torch.testing.assert_close(loss, head.loss_cls(logits, same))


def test_a_text_that_two_videos_have_is_encoded_once(monkeypatch):
    model = Model()
    blocks = spy(monkeypatch, text_encoder, 'last_text_block')
    model(inputs(), [1, 4, 1, 1], [2, 0, 2, 1]).backward()
    assert sum(count for count, _ in blocks[0][1].runs) == 3


def test_a_batch_of_one_video():
    loss = Model()(inputs()[:1], [1], [0])
    assert loss.abs() < 1e-12


def test_texts_may_see_videos_in_one_process():
    head = make_head(
        NAMES,
        templates=TEMPLATES,
        contrast=dict(type='BatchTexts'),
        loss_cls=dict(type='MultiPositiveKL'))
    head.contrast.draw = lambda count, size: torch.tensor([1, 0])
    x = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    loss = head.loss(x, make_samples(3, 0))['loss_cls']
    names = ['a video of jump', 'run']
    video, text = make_head(names).unit_features(x)
    logits = torch.stack([t @ v for v, t in zip(video, text)])
    torch.testing.assert_close(
        loss, head.loss_cls(logits * head.logit_scale.exp(), torch.eye(2)))


def test_texts_that_see_videos_stay_in_their_process(monkeypatch):
    monkeypatch.setattr(
        'projects.tc_clip.models.heads.class_text_head.get_world_size',
        lambda: 2)
    head = make_head(NAMES, contrast=dict(type='BatchTexts'))
    x = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    with pytest.raises(ValueError, match='BatchTexts compares .* set prompt_'):
        head.loss(x, make_samples(3, 0))


def test_pairs_are_those_of_all_processes(monkeypatch):
    """Here the other process has the negative features, and labels + 1."""
    gather = 'projects.tc_clip.models.heads.batch_texts.'
    monkeypatch.setattr(gather + 'get_world_size', lambda: 2)
    monkeypatch.setattr(gather + 'all_gather', lambda x: [x, x + 1])
    monkeypatch.setattr(gather + 'all_gather_grad', lambda x: (x, -x))
    video, text = torch.randn(2, 24), torch.randn(1, 2, 24)
    contrast = MODELS.build(dict(type='BatchTexts'))
    labels = torch.tensor([3, 4])
    videos, texts, same = contrast.pair(video, text, labels, labels[None])
    assert videos.equal(torch.cat((video, -video)))
    assert texts.equal(torch.cat((text, -text), 1))
    # labels 3, 4, 4, 5
    assert same.tolist() == [[1, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0],
                             [0, 0, 0, 1]]


def test_a_video_may_have_all_texts_of_its_class():
    contrast = MODELS.build(dict(type='BatchTexts', every_wording=True))
    labels = torch.tensor([3, 0, 3])
    texts = contrast.choose(labels, 2, 5)
    assert texts.tolist() == [[3, 0, 3], [8, 5, 8]]
    video, text = torch.randn(3, 6, 24), torch.randn(1, 2, 3, 24)
    videos, given, same = contrast.pair(video, text, labels, texts)
    assert videos is video and given is text
    assert same.tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_all_texts_of_other_processes(monkeypatch):
    gather = 'projects.tc_clip.models.heads.batch_texts.'
    monkeypatch.setattr(gather + 'get_world_size', lambda: 2)
    monkeypatch.setattr(gather + 'all_gather', lambda x: [x, x + 1])
    monkeypatch.setattr(gather + 'all_gather_grad', lambda x: (x, -x))
    contrast = MODELS.build(dict(type='BatchTexts', every_wording=True))
    video, text = torch.randn(2, 6, 24), torch.randn(1, 4, 2, 24)
    labels = torch.tensor([3, 4])
    videos, texts, _ = contrast.pair(video, text, labels, labels[None])
    assert videos.equal(torch.cat((video, -video)))
    # (1, S, B, E) -> (1, S, W * B, E)
    assert texts.equal(torch.cat((text, -text), 2))


def test_texts_side_by_side_are_refused():
    model = Model(aggregate=dict(type='MeanOfProbabilities'))
    model.head.contrast.every_wording = True
    with pytest.raises(ValueError, match='12 texts for 4 videos: .*EveryWor'):
        model(inputs(), LABELS, WORDINGS)


def run_process(rank, folder):
    """Trains one step on half of the batch, in one of two processes."""
    torch.set_num_threads(1)
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/join', rank=rank, world_size=2)
    model = nn.parallel.DistributedDataParallel(Model())
    own = slice(2 * rank, 2 * rank + 2)
    loss = model(inputs()[own], LABELS[own], WORDINGS[own])
    loss.backward()
    torch.save((loss.detach(), gradients(model.module)),
               os.path.join(folder, f'{rank}.pth'))
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_have_the_gradients_of_one(tmp_path):
    torch.multiprocessing.spawn(run_process, (str(tmp_path), ), nprocs=2)
    model = Model()
    loss = model(inputs(), LABELS, WORDINGS)
    loss.backward()
    for rank in range(2):
        given = torch.load(tmp_path / f'{rank}.pth')
        torch.testing.assert_close(given, (loss.detach(), gradients(model)))


def run_gather(rank, folder):
    """Gathers rows whose gradients are not contiguous."""
    torch.set_num_threads(1)
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/join', rank=rank, world_size=2)
    x = torch.ones(2, 3, requires_grad=True)
    gather_rows(x).backward(torch.arange(12.).view(3, 4).T)
    torch.save(x.grad, os.path.join(folder, f'{rank}.pth'))
    dist.destroy_process_group()


@pytest.mark.slow
def test_gradients_of_any_strides_find_their_rows(tmp_path):
    torch.multiprocessing.spawn(run_gather, (str(tmp_path), ), nprocs=2)
    # both processes have the same gradient of all rows
    wanted = 2 * torch.arange(12.).view(3, 4).T
    for rank, rows in enumerate(wanted.split(2)):
        assert torch.load(tmp_path / f'{rank}.pth').equal(rows)
