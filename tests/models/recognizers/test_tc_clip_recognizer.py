"""The recognizer: facts written once, whole steps, views and weights."""
import copy

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.optim import OptimWrapper

from projects.tc_clip.clip.weights import text_weights, vision_weights
from projects.tc_clip.models.backbones import tc_clip_vit
from projects.tc_clip.models.heads import class_text_head
from projects.tc_clip.models.recognizers import tc_clip_recognizer
from projects.tc_clip.models.recognizers.tc_clip_recognizer import \
    fill_num_classes
from tests.small import ARCH, build, model_config, save_clip, spy

NAMES = ['running', 'jumping', 'sitting', 'reading']
MIXUP = dict(type='MixupBlending', alpha=0.8)
CUTMIX = dict(type='CutmixBlending', alpha=1.0)
RANDOM = dict(
    type='RandomBatchAugment', augments=[CUTMIX, MIXUP], probs=[0.5, 0.5])


def make_config(cls_head=None, blending=None, **options):
    """Returns the config of a small model, with these options on top."""
    return model_config(
        cls_head=dict(
            dict(class_names=NAMES, average_clips='prob'), **(cls_head or {})),
        data_preprocessor=dict(
            type='ActionDataPreprocessor',
            mean=[127.5] * 3,
            std=[50.] * 3,
            format_shape='NCTHW',
            blending=blending),
        **options)


def make_model(**options):
    """Builds that model."""
    return build(make_config(**options))


def make_batch(batch=2, views=1, label=1):
    """Returns what a dataloader gives: uint8 clips and samples."""
    generator = torch.Generator().manual_seed(1)
    clips = torch.randint(
        256, (batch, views, 3, 2, 32, 32), generator=generator)
    return dict(
        inputs=list(clips.to(torch.uint8)),
        data_samples=[
            ActionDataSample().set_gt_label((label + i) % len(NAMES))
            for i in range(batch)
        ])


# --- options ----------------------------------------------------------------


def test_number_of_classes_reaches_every_blending():
    one, several, random = copy.deepcopy((MIXUP, [MIXUP, CUTMIX], RANDOM))
    for blending in (one, several, random):
        fill_num_classes(blending, 7)
    assert one['num_classes'] == 7
    assert [item['num_classes'] for item in several] == [7, 7]
    assert [item['num_classes'] for item in random['augments']] == [7, 7]
    assert 'num_classes' not in random


def test_number_of_classes_that_is_set_stays():
    blending = dict(MIXUP, num_classes=9)
    fill_num_classes(blending, 7)
    assert blending['num_classes'] == 9


def test_single_augment_of_a_random_choice():
    blending = dict(type='RandomBatchAugment', augments=dict(MIXUP))
    fill_num_classes(blending, 7)
    assert blending['augments']['num_classes'] == 7


def test_config_is_not_changed():
    config = make_config(blending=copy.deepcopy(RANDOM))
    before = copy.deepcopy(config)
    MODELS.build(config)
    assert config == before


def test_arch_and_weights_are_taken_from_the_backbone(tmp_path):
    model = make_model(backbone=dict(pretrained='clip.pt'))
    assert model.cls_head.arch == ARCH
    assert model.cls_head.pretrained == 'clip.pt'


def test_arch_and_weights_of_the_head_may_differ():
    text = dict(ARCH, text_cfg=dict(width=32, heads=2, layers=3))
    model = make_model(
        backbone=dict(pretrained='clip.pt'),
        cls_head=dict(arch=text, pretrained=None))
    assert model.cls_head.text_encoder.width == 32
    assert model.cls_head.pretrained is None


@pytest.mark.parametrize('prompt_layers, context_layers', [
    (None, [3]),
    ([-1], [3]),
    ([1, -1], [1, 3]),
    ([2], [2]),
    ([], []),
])
def test_context_layers_follow_the_prompt_layers(prompt_layers,
                                                 context_layers):
    head = {} if prompt_layers is None else dict(prompt_layers=prompt_layers)
    model = make_model(cls_head=head)
    assert model.backbone.context_layers == context_layers
    assert model.cls_head.prompt_layers == context_layers


def test_last_layer_means_the_last_of_each_tower():
    arch = dict(ARCH, text_cfg=dict(width=16, heads=2, layers=5))
    model = make_model(backbone=dict(arch=arch))
    assert model.backbone.context_layers == [3]
    assert model.cls_head.prompt_layers == [5]


def test_context_layers_that_are_set_stay():
    model = make_model(
        backbone=dict(context_layers=[1]), cls_head=dict(prompt_layers=[2]))
    assert model.backbone.context_layers == [1]


def test_prompt_layer_that_the_vision_tower_lacks():
    arch = dict(ARCH, text_cfg=dict(width=16, heads=2, layers=5))
    with pytest.raises(
            ValueError, match=r'context_layers=\[4\] names a layer .* 1 to 3'):
        make_model(backbone=dict(arch=arch), cls_head=dict(prompt_layers=[4]))


# --- steps ------------------------------------------------------------------


@pytest.mark.parametrize('blending', [None, RANDOM, MIXUP, CUTMIX])
@pytest.mark.parametrize('batch', [1, 3])
def test_train_step(blending, batch):
    model = make_model(
        blending=copy.deepcopy(blending),
        cls_head=dict(label_smooth_eps=0.1)).train()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    wrapper = OptimWrapper(torch.optim.AdamW(model.parameters(), lr=1e-2))
    loss = model.train_step(make_batch(batch), wrapper)['loss']
    assert loss.isfinite()
    unmoved = [k for k, v in model.state_dict().items() if v.equal(before[k])]
    assert unmoved == ['cls_head.text_encoder.token_embedding.weight']


def test_val_step_scores_videos():
    model = make_model(blending=copy.deepcopy(RANDOM)).eval()
    with torch.no_grad():
        samples = model.val_step(make_batch(3))
    scores = torch.stack([s.pred_score for s in samples])
    torch.testing.assert_close(scores.sum(1), torch.ones(3))
    assert [s.pred_label.item() for s in samples] == scores.argmax(1).tolist()
    assert [s.gt_label.item() for s in samples] == [1, 2, 3]


def test_training_lowers_the_loss():
    model = make_model().train()
    wrapper = OptimWrapper(torch.optim.AdamW(model.parameters(), lr=1e-3))
    losses = [
        model.train_step(make_batch(2), wrapper)['loss'].item()
        for _ in range(12)
    ]
    assert losses[-1] < 0.5 * losses[0]


# --- views ------------------------------------------------------------------


@pytest.mark.parametrize('views, seen', [(5, [5, 5, 2]), (12, [12]),
                                         (100, [12])])
def test_views_in_groups_give_the_same_scores(views, seen):
    batch = make_batch(1, views=12)
    whole = make_model().eval()
    parts = make_model(test_cfg=dict(max_testing_views=views)).eval()
    counts = []
    parts.backbone.register_forward_hook(
        lambda module, inputs, output: counts.append(len(inputs[0])))
    with torch.no_grad():
        torch.testing.assert_close(
            parts.test_step(batch)[0].pred_score,
            whole.test_step(batch)[0].pred_score,
            rtol=0,
            atol=1e-6)
    assert counts == seen


def test_text_is_encoded_once_for_all_videos_and_views(monkeypatch):
    model = make_model().eval()
    calls = spy(monkeypatch, model.cls_head.text_encoder, 'trunk')
    with torch.no_grad():
        for _ in range(3):
            model.test_step(make_batch(1, views=12))
    assert len(calls) == 1


# --- weights and classes ----------------------------------------------------


@pytest.fixture
def clip_file(tmp_path):
    """A file with random weights of a small CLIP."""
    clip = save_clip(tmp_path / 'clip.pt', seed=5)
    clip['logit_scale'] += 0.25
    torch.save(clip, tmp_path / 'clip.pt')
    return str(tmp_path / 'clip.pt')


@pytest.fixture
def reads(monkeypatch):
    """The files of CLIP weights that were read."""
    files, load = [], tc_clip_recognizer.load_clip

    def load_clip(arch, pretrained):
        files.append(pretrained)
        return load(arch, pretrained)

    for module in (tc_clip_recognizer, tc_clip_vit, class_text_head):
        monkeypatch.setattr(module, 'load_clip', load_clip)
    return files


def assert_holds(module, weights):
    state = module.state_dict()
    assert set(weights) - set(state) == set()
    for key, value in weights.items():
        assert torch.equal(state[key], value), key


def test_both_towers_equal_the_file_after_one_reading(clip_file, reads):
    model = make_model(backbone=dict(pretrained=clip_file))
    model.init_weights()
    assert reads == [clip_file]
    clip = torch.load(clip_file, weights_only=True)
    assert_holds(model.backbone, vision_weights(clip))
    head = model.cls_head
    assert_holds(head.text_encoder, text_weights(clip))
    assert head.logit_scale.equal(clip['logit_scale'])
    words = head.text_encoder.token_embedding(head.prompts.prefix_ids[1:])
    assert head.prompt_vectors.equal(words)
    # cross-attention starts from the block that it precedes
    weights = head.text_encoder.transformer.resblocks[-1].state_dict()
    assert_holds(head.prompting.layers[0], weights)


def test_towers_from_two_files(clip_file, reads, tmp_path):
    clip = torch.load(clip_file, weights_only=True)
    other = str(tmp_path / 'other.pt')
    torch.save({k: v + 1 for k, v in clip.items()}, other)
    model = make_model(
        backbone=dict(pretrained=clip_file), cls_head=dict(pretrained=other))
    model.init_weights()
    assert sorted(reads) == sorted([clip_file, other])
    assert_holds(model.backbone, vision_weights(clip))
    other = torch.load(other, weights_only=True)
    assert_holds(model.cls_head.text_encoder, text_weights(other))


def test_without_pretrained_nothing_is_read(reads):
    model = make_model()
    before = model.backbone.state_dict()
    before = {k: v.clone() for k, v in before.items()}
    model.init_weights()
    assert reads == []
    assert_holds(model.backbone, before)


def test_weights_of_another_tower_are_refused(clip_file):
    arch = dict(ARCH, text_cfg=dict(width=32, heads=2, layers=3))
    model = make_model(backbone=dict(arch=arch, pretrained=clip_file))
    with pytest.raises(ValueError, match=r'text tower from .* does not fit'):
        model.init_weights()


def test_classes_can_be_exchanged(tmp_path):
    model, batch = make_model().eval(), make_batch()
    with torch.no_grad():
        before = model.val_step(batch)[0].pred_score
        (tmp_path / 'names.txt').write_text('\n'.join(NAMES[:2]))
        model.set_classes(str(tmp_path / 'names.txt'))
        two = model.val_step(batch)[0].pred_score
        model.set_classes(NAMES)
        after = model.val_step(batch)[0].pred_score
    assert model.cls_head.num_classes == 4
    torch.testing.assert_close(two, before[:2] / before[:2].sum())
    torch.testing.assert_close(after, before)


def test_training_goes_on_with_exchanged_classes():
    model = make_model(blending=copy.deepcopy(RANDOM))
    model.set_classes(['standing', 'lying'])
    model.train()
    data = model.data_preprocessor(make_batch(label=0), training=True)
    losses = model(**data, mode='loss')
    assert losses['loss_cls'].isfinite()


def test_new_classes_may_have_descriptors():
    model = make_model()
    head = model.cls_head
    head.templates = ('{} with {words}', )
    model.set_classes(['stand', 'lie'], descriptors=dict(words=[['a'], ['b']]))
    given = head.encode_text(torch.ones(1, 1, 5, 24))
    head.templates = ('{}', )
    model.set_classes(['stand with a', 'lie with b'])
    assert head.encode_text(torch.ones(1, 1, 5, 24)).equal(given)


@pytest.mark.parametrize('views', [0, -1, 1.5])
def test_views_that_a_test_would_never_end_with(views):
    with pytest.raises(
            ValueError, match=f'^max_testing_views={views} must be'):
        tc_clip_recognizer.check_views(dict(max_testing_views=views))
    tc_clip_recognizer.check_views(dict(max_testing_views=2))
    tc_clip_recognizer.check_views(None)
