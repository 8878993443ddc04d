"""The text head: scores, class names, context tokens, stock features."""
import math

import pytest
import torch
from mmaction.structures import ActionDataSample
from torch.nn import functional as F

from tests.small import NAMES, make_head


def make_features(batch=2, layers=1, tokens=5):
    """Returns video features and context tokens."""
    generator = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 24, generator=generator),
            torch.randn(batch, layers, tokens, 24, generator=generator))


# --- scores -----------------------------------------------------------------


@pytest.mark.parametrize('layers', [[], [-1], [1, 3]])
def test_logits_are_scaled_cosines(layers):
    head = make_head(prompt_layers=layers)
    feature, context = make_features(layers=len(layers))
    with torch.no_grad():
        head.logit_scale.fill_(1.5)
        logits = head((feature, context))
        texts = head.encode_text(context).expand(2, -1, -1)
    for video, text, row in zip(feature, texts, logits):
        for t, logit in zip(text, row):
            cosine = video @ t / (video.norm() * t.norm())
            torch.testing.assert_close(logit, math.exp(1.5) * cosine)


def test_each_video_has_its_own_texts():
    head, (feature, context) = make_head(), make_features()
    with torch.no_grad():
        texts = head.encode_text(context)
        for i in range(2):
            alone = head.encode_text(context[i:i + 1])
            torch.testing.assert_close(alone[0], texts[i])
            logits = head((feature[i:i + 1], context[i:i + 1]))
            torch.testing.assert_close(logits,
                                       head((feature, context))[i:i + 1])
    assert (texts[0] - texts[1]).abs().max() > 1e-3


def test_permuting_classes_permutes_logits():
    order = [2, 0, 1]
    head, x = make_head(), make_features()
    with torch.no_grad():
        logits = head(x)
        head.set_classes([NAMES[i] for i in order])
        torch.testing.assert_close(head(x), logits[:, order])


def test_logit_of_a_class_does_not_depend_on_the_others():
    head, x = make_head(), make_features()
    with torch.no_grad():
        logits = head(x)
        head.set_classes(['a much longer name than the others', *NAMES])
        torch.testing.assert_close(head(x)[:, 1:], logits)


# --- class names ------------------------------------------------------------


@pytest.mark.parametrize('options', [
    dict(),
    dict(prompt_layers=[]),
    dict(num_prompts=0),
    dict(num_prompts=0, prompt_init=None),
    dict(num_prompts=6, prompt_init=None),
    dict(split_camel_case=True),
])
def test_exchanged_names_equal_a_head_built_with_them(options):
    names, x = ['CliffDiving', 'Archery'], make_features()
    head, fresh = make_head(**options), make_head(names, **options)
    with torch.no_grad():
        assert head(x).shape == (2, 3)
        head.set_classes(names)
        assert head(x).equal(fresh(x))
    assert head.class_names == names and head.num_classes == 2


def test_names_are_read_from_a_file(tmp_path):
    path = tmp_path / 'names.txt'
    path.write_text('\n'.join(NAMES))
    head = make_head(str(path))
    assert head.class_names == NAMES
    assert head.suffix_ids.equal(make_head().suffix_ids)


def test_class_names_are_no_part_of_a_checkpoint():
    head, other = make_head(), make_head(['one', 'two', 'three', 'four'])
    assert head.state_dict().keys() == other.state_dict().keys()
    other.load_state_dict(head.state_dict())
    assert other.num_classes == 4


@pytest.mark.parametrize('names, error, message', [
    ([], ValueError, 'there is no name'),
    (['a', 'a'], ValueError, "share the name 'a'"),
    (['a', ' '], ValueError, 'the name with id 1 is empty'),
    (['a', 1], TypeError, 'the name with id 1 must be a string'),
    ('names.yaml', ValueError, "cannot be read from a '.yaml' file"),
    ('no/names.txt', FileNotFoundError, 'no such file of class names'),
    (['running ' * 80], ValueError, 'takes 87 of 77 positions: shorten'),
])
def test_wrong_names_say_what_is_wrong(names, error, message):
    with pytest.raises(error, match=message):
        make_head(names)
    with pytest.raises(error, match=message):
        make_head().set_classes(names)


def test_refused_names_leave_the_head_as_it_was():
    head, x = make_head(), make_features()
    with torch.no_grad():
        logits = head(x)
        with pytest.raises(ValueError, match='takes 87 of 77 positions'):
            head.set_classes(['running ' * 80])
        assert head(x).equal(logits)
    assert head.class_names == NAMES and head.num_classes == 3


def test_wordings_average_unit_features(tmp_path):
    others = tmp_path / 'others.txt'
    others.write_text('jogging\nstar jumps\nsitting')
    lists = (NAMES, [f'{name} outdoors'
                     for name in NAMES], ['jogging', 'star jumps', 'sitting'])
    feature, context = make_features()
    ensemble = make_head(wordings=['{} outdoors', str(others)])
    with torch.no_grad():
        logits = ensemble((feature, context))
        texts = [make_head(names).encode_text(context) for names in lists]
        mean = sum(F.normalize(text, dim=-1) for text in texts) / 3
        cosine = F.cosine_similarity(feature[:, None], mean, -1)
    torch.testing.assert_close(logits, ensemble.logit_scale.exp() * cosine)
    assert logits.shape == (2, 3) and ensemble.num_classes == 3
    # 'sitting' is said twice, and encoded once
    assert sum(n for n, _ in ensemble.chunks[0]) == 8


def test_wordings_hold_until_classes_are_exchanged():
    head, plain, x = make_head(wordings=['a {}']), make_head(), make_features()
    with torch.no_grad():
        assert not head(x).equal(plain(x))
        head.set_classes(NAMES)
        assert head(x).equal(plain(x))


@pytest.mark.parametrize('wording, message', [
    ('a video of', r'is not a file of names and has no \{\} where'),
    ('two.txt', 'has 2 names for 3 classes'),
])
def test_wrong_wordings_say_what_is_wrong(wording, message, tmp_path,
                                          monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'two.txt').write_text('a\nb')
    with pytest.raises(ValueError, match=message):
        make_head(wordings=[wording])


def test_context_length_bounds_the_texts():
    # SOS, 4 prompts, 'jumping jacks', '.' and EOT
    longest = 5 + make_head().chunks[-1][-1][1]
    make_head(context_length=longest)
    with pytest.raises(
            ValueError,
            match=f"'jumping jacks.' takes {longest} of {longest - 1} pos"):
        make_head(context_length=longest - 1)


@pytest.mark.parametrize('num_prompts', [3, 5])
def test_prompt_words_must_be_as_many_as_vectors(num_prompts):
    with pytest.raises(ValueError) as error:
        make_head(num_prompts=num_prompts)
    assert str(error.value) == (
        "prompt_init='a photo of a' has 4 tokens but num_prompts="
        f'{num_prompts}: make them equal, or prompt_init=None for random')


def test_prompts_start_from_their_words():
    learned = make_head(prompt_layers=[])
    fixed = make_head(prompt_layers=[], num_prompts=0)
    fixed.set_classes([name.replace('_', ' ') for name in NAMES])
    fixed.load_state_dict(learned.state_dict(), strict=False)
    x = make_features()[0]
    with torch.no_grad():
        learned._init_prompts()
        assert 'prompt_vectors' not in fixed.state_dict()
        torch.testing.assert_close(learned(x), fixed(x))


# --- context tokens ---------------------------------------------------------


@pytest.mark.parametrize('context, given', [(None, 0), (1, 1), (3, 3)])
def test_context_tokens_must_fit_the_prompt_layers(context, given):
    head = make_head(prompt_layers=[2, -1])
    x = make_features(layers=context or 0)
    with pytest.raises(
            ValueError,
            match=f'2 prompt_layers need .* but the backbone gave {given}: '
            'set its context_layers'):
        head(x[0] if context is None else x)


@pytest.mark.parametrize('layers, message', [
    ([4], 'names a layer that is not there: the tower has layers 1 to 3'),
    ([3, -1], 'names a layer twice'),
])
def test_prompt_layers_must_exist(layers, message):
    with pytest.raises(ValueError, match=message):
        make_head(prompt_layers=layers)


@pytest.mark.parametrize('detach', [True, False])
def test_gradient_into_the_context_tokens(detach):
    head = make_head(detach_context=detach)
    feature, context = make_features()
    context.requires_grad_()
    head((feature, context)).square().sum().backward()
    assert (context.grad is None) == detach
    assert head.prompt_vectors.grad.abs().max() > 0
    assert head.text_encoder.token_embedding.weight.grad is None


# --- features of other backbones --------------------------------------------


def test_projection_to_the_joint_width():
    head = make_head(prompt_layers=[], in_channels=10)
    feature = torch.randn(2, 10)
    with torch.no_grad():
        video = F.normalize(feature @ head.project.weight.T, dim=-1)
        text = F.normalize(head.encode_text()[0], dim=-1)
        torch.testing.assert_close(
            head(feature), video @ text.T * head.logit_scale.exp())
    assert head.project.bias is None


def test_same_width_needs_no_projection():
    head = make_head(prompt_layers=[], in_channels=24)
    assert not [name for name in head.state_dict() if 'project.' in name]


@pytest.mark.parametrize('shape', [(24, ), (24, 2, 2), (24, 4, 2, 2)])
@pytest.mark.parametrize('num_segs', [1, 3])
def test_plain_features_with_positions_and_segments(shape, num_segs):
    head = make_head(prompt_layers=[])
    x = torch.randn(2 * num_segs, *shape)
    with torch.no_grad():
        logits = head(x, num_segs=num_segs)
        mean = x.reshape(2, num_segs, 24, -1).mean((1, 3))
        torch.testing.assert_close(logits, head(mean))
    assert logits.shape == (2, 3)


# --- MMAction2's loss and prediction ----------------------------------------


def make_samples(*labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


@pytest.mark.parametrize('batch', [1, 2])
@pytest.mark.parametrize('smooth', [0., 0.1])
def test_loss_with_hard_labels(batch, smooth):
    head = make_head(label_smooth_eps=smooth)
    x = make_features(batch)
    losses = head.loss(x, make_samples(*[2, 0][:batch]))
    want = F.cross_entropy(
        head(x), torch.tensor([2, 0][:batch]), label_smoothing=smooth)
    torch.testing.assert_close(losses['loss_cls'], want)
    assert {'top1_acc', 'top5_acc'} < losses.keys()
    assert losses['top5_acc'] == 1


@pytest.mark.parametrize('batch', [1, 2])
@pytest.mark.parametrize('smooth', [0., 0.1])
def test_loss_with_soft_labels(batch, smooth):
    head = make_head(label_smooth_eps=smooth)
    x = make_features(batch)
    soft = torch.tensor([[0.7, 0.3, 0.], [0., 0.5, 0.5]])[:batch]
    losses = head.loss(x, make_samples(*soft))
    want = F.cross_entropy(head(x), soft, label_smoothing=smooth)
    torch.testing.assert_close(losses['loss_cls'], want)


@pytest.mark.parametrize('names', [['yes', 'no'], ['one']])
def test_few_classes_work_with_top_five(names):
    head, x = make_head(names, average_clips='prob'), make_features()
    losses = head.loss(x, make_samples(0, 0))
    assert losses['loss_cls'].isfinite() and losses['top5_acc'] == 1
    with torch.no_grad():
        samples = head.predict(x, make_samples(0, 0))
    assert all(len(s.pred_score) == len(names) for s in samples)
    torch.testing.assert_close(
        torch.stack([s.pred_score.sum() for s in samples]), torch.ones(2))


def test_two_pathways_count_as_one_feature():
    head = make_head(prompt_layers=[], in_channels=32)
    slow, fast = torch.rand(2, 24, 4, 2, 2), torch.rand(2, 8, 16, 2, 2)
    pooled = torch.cat((slow.mean((2, 3, 4)), fast.mean((2, 3, 4))), 1)
    with torch.no_grad():
        torch.testing.assert_close(head((slow, fast)), head(pooled))


def test_scores_of_views_are_probabilities():
    head = make_head(prompt_layers=[])
    with torch.no_grad():
        sample, = head.predict(torch.rand(3, 24), make_samples(0))
    assert sample.pred_score.sum().item() == pytest.approx(1)


def test_wrong_width_names_both():
    head = make_head(prompt_layers=[])
    with pytest.raises(
            ValueError,
            match='gives 8 channels and the head expec'
            'ts in_channels=24'):
        head(torch.rand(2, 8))


def test_number_of_classes_is_never_typed():
    with pytest.raises(ValueError, match='num_classes follows from class_nam'):
        make_head(num_classes=3)
