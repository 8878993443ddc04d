"""Parts that are exchanged from outside the package, each by one option."""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule

from projects.tc_clip.models import SharedPrompt, TokenInjection
from projects.tc_clip.models.text.class_texts import clip_tokenizer
from projects.tc_clip.models.tower_features import TowerFeatures
from tests import small
from tests.small import CONTEXT

NAMES = ['run', 'jump over', 'sit down slowly']


@pytest.fixture
def part():
    """Registers a class under its name until the test ends."""
    names = []

    def part(kind):
        names.append(kind.__name__)
        return MODELS.register_module()(kind)

    yield part
    for name in names:
        MODELS.module_dict.pop(name)


def make_model(neck=None, head=None, **backbone):
    """Builds a small model with the same random weights every time."""
    head = dict(class_names=NAMES, **(head or {}))
    return small.make_model(backbone=backbone, cls_head=head, neck=neck).eval()


@torch.no_grad()
def score(model, views=2):
    """Returns the logits of random clips."""
    clips = torch.randn(
        1, views, 3, 4, 32, 32, generator=torch.Generator().manual_seed(1))
    features, options = model.extract_feat(clips, test_mode=True)
    return model.cls_head(features, **options)


def test_frame_mean_as_a_neck_changes_nothing():
    assert score(make_model(neck=dict(type='FrameMean'))).equal(
        score(make_model()))


def test_a_neck_pools_frames(part):

    @part
    class LastFrame(BaseModule):

        def forward(self, x, data_samples=None):
            return TowerFeatures(x[0][:, -1], x[1]), {}

    plain = make_model()
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        frames, context = plain.backbone.encode_frames(clips)
        wanted = plain.cls_head((frames[:, -1], context))
        model = make_model(neck=dict(type='LastFrame'))
        given = model.extract_feat(clips[:, None], test_mode=True)[0]
        assert model.cls_head(given).equal(wanted)


@pytest.mark.parametrize('reference', [dict(type='FrameWise'), CONTEXT])
def test_inserted_tokens_take_part_in_attention_and_leave(part, reference):
    """A second copy of all tokens doubles each key, which changes nothing."""
    layers = []

    @part
    class Copies(TokenInjection):

        def insert(self, tokens, layer):
            layers.append(layer)
            # beside context tokens, copies would count more than before
            return torch.cat((tokens, tokens), 2) if layer == 1 else tokens

    plain = make_model(reference=reference)
    model = make_model(reference=reference, injection=dict(type='Copies'))
    torch.testing.assert_close(score(model), score(plain))
    assert layers == [1, 2, 3]


def test_tokens_that_stay_pass_all_layers(part):
    """A copy that stays equals its original in each layer."""
    lengths = []

    @part
    class Twins(TokenInjection):
        keeps_tokens = True

        def insert(self, tokens, layer):
            lengths.append(tokens.shape[2])
            return torch.cat((tokens, tokens), 2) if layer == 1 else tokens

    reference = dict(type='FrameWise')
    plain = make_model(reference=reference)
    model = make_model(reference=reference, injection=dict(type='Twins'))
    torch.testing.assert_close(score(model), score(plain))
    assert lengths == [17, 34, 34]


def test_tokens_that_stay_are_no_seeds(part):

    @part
    class Loud(TokenInjection):
        keeps_tokens = True

        def insert(self, tokens, layer):
            more = tokens[:, :, :3] * 100
            return torch.cat((tokens, more), 2) if layer == 1 else tokens

    model = make_model(injection=dict(type='Loud'))
    seeds = []
    model.backbone.reference.register_forward_hook(
        lambda *call: seeds.append(call[2]))
    score(model)
    assert len(seeds) == 3
    for context in seeds:
        assert context.seed_index.shape == (2, 4, 8)  # half of 16 patches
        assert context.seed_index.max() < 16


def test_inserted_tokens_change_what_frames_read(part):

    @part
    class MeanToken(TokenInjection):

        def insert(self, tokens, layer):
            return torch.cat((tokens, tokens.mean(2, keepdim=True)), 2)

    model = make_model(injection=dict(type='MeanToken'))
    change = (score(model) - score(make_model())).abs()
    assert change.max() > 1e-3


class WordsOfClasses(SharedPrompt):
    """Each class has its prompt, here the same words for all."""

    def embed(self, vectors, suffix_ids, runs, encoder):
        prompt = self.prefix_ids[1:]
        texts = suffix_ids.split([l for c, l in runs for _ in range(c)])
        ids = torch.cat([torch.cat((prompt, text)) for text in texts])
        sos = encoder.token_embedding(self.prefix_ids[:1])
        longer = tuple((c, length + len(prompt)) for c, length in runs)
        return encoder.embed(sos, encoder.token_embedding(ids), longer)


def test_prompts_of_single_classes(part):
    """With equal words they give the numbers of the shared prompt."""
    part(WordsOfClasses)
    options = dict(num_prompts=0, prompt_init='a video of')
    shared = make_model(head=dict(prompt_layers=[], **options))
    own = make_model(
        head=dict(
            prompt_layers=[], prompts=dict(type='WordsOfClasses', **options)))
    assert own.cls_head.text_before_video()[0].prefix.shape[1] == 1
    torch.testing.assert_close(score(own), score(shared))
    words = clip_tokenizer().encode('a video of')
    assert shared.cls_head.prompts.prefix_ids[1:].tolist() == words


def test_another_aggregate_of_wordings(part):

    @part
    class MeanOfShares(BaseModule):

        def forward(self, features):
            return features.flatten(1, 2)  # (B, S * C, E)

        def class_logits(self, logits, num_classes):
            shares = logits.softmax(-1).unflatten(-1, (-1, num_classes))
            return shares.mean(1).log()

    options = dict(wordings=['{} outdoors'])
    model = make_model(
        head=dict(aggregate=dict(type='MeanOfShares'), **options))
    plain, outdoors = make_model(), make_model()
    outdoors.set_classes([f'{name} outdoors' for name in NAMES])
    both = torch.cat((score(plain), score(outdoors)), 1).softmax(-1)
    wanted = (both[:, :3] + both[:, 3:]) / 2
    torch.testing.assert_close(score(model).exp(), wanted)


def test_another_similarity_of_frames(part):

    @part
    class BestFrame(BaseModule):

        def forward(self, video, text):
            return (video @ text.transpose(1, 2)).amax(1)

    model = make_model(
        out='frames', head=dict(similarity=dict(type='BestFrame')))
    plain = make_model()
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.no_grad():
        frames, context = plain.backbone.encode_frames(clips)
        text = F.normalize(plain.cls_head.encode_text(context), dim=-1)
        cosines = [F.normalize(f, dim=-1) @ t.T for f, t in zip(frames, text)]
        wanted = torch.stack([c.amax(0) for c in cosines])
        wanted = wanted * plain.cls_head.logit_scale.exp()
        torch.testing.assert_close(
            model.cls_head(model.backbone(clips)), wanted)
    model.test_cfg = dict(max_testing_views=2)  # joined to a plain tuple
    whole = make_model(
        out='frames', head=dict(similarity=dict(type='BestFrame')))
    torch.testing.assert_close(score(model, 3), score(whole, 3))
