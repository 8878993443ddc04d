"""Other systems compute what their official code computes.

Everything runs in float64, through configs and converters; see
``tests/reference/official_weights.py`` for where the numbers come from.
"""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.models.text.text_encoder import split_classes
from tests.reference import official_weights as official
from tests.small import CONFIGS

SYSTEMS = dict(
    xclip_t4='x_clip',
    vita_t4='vita_clip',
    actionclip_t4_transf='action_clip',
    a5_t4='a5',
    # tests/models/test_official_windows.py
    openvclip_t4='open_vclip',
    openvclip_t4_grad='open_vclip',
    froster_t4='froster',
    froster_t4_grad='froster',
    # tests/models/test_official_bags.py
    ost_t4='ost',
    ost_t4_grad='ost',
    maxi_t4='maxi',
    maxi_t4_grad='maxi')


def close(ours, official_values, atol):
    """Asserts that values are equal but for rounding."""
    wanted = torch.as_tensor(official_values)
    torch.testing.assert_close(
        ours.detach().to(wanted.dtype), wanted, rtol=0, atol=atol)


class System:
    """A system's config with the weights, clips and arrays of a case.

    Weights whose official names begin with ``unused`` are left out.
    """

    def __init__(self, name, unused=None, **options):
        self.case, self.arrays = official.load_case(name)
        self.layout = SYSTEMS[name]
        config = Config.fromfile(CONFIGS / f'_base_/models/{self.layout}.py')
        self.config = config
        config.merge_from_dict(dict(model=options))
        model = config.model
        model.backbone.pretrained = model.data_preprocessor.blending = None
        model.backbone.num_frames = self.case['frames']
        model.cls_head.class_names = self.case['classes']
        self.model = MODELS.build(model).double()
        if unused:
            self.case['parameters'] = [
                pair for pair in self.case['parameters']
                if not pair[0].startswith(unused)
            ]
        state = official.official_state(self.case)
        state = {k.replace('module.', 'fusion.'): v for k, v in state.items()}
        ours, leftovers = LAYOUTS[self.layout].read(state)
        assert not leftovers
        for key in LAYOUTS[self.layout].left_out:
            ours[key] = official.parameter(official.TOKEN_EMBEDDING,
                                           (49408, 512))
        self.model.load_state_dict(ours)
        self.clips = official.clips(self.case['batch'], self.case['frames'],
                                    self.case['seed']).double()

    def official(self, values):
        """Returns values of our parameters under the official names."""
        theirs = LAYOUTS[self.layout].write(values, {})
        return {
            key.replace('fusion.', 'module.'): x
            for key, x in theirs.items()
        }

    @torch.no_grad()
    def check_prompts(self):
        """Compares class texts before and behind the text tower."""
        head, arrays = self.model.cls_head, self.arrays
        close(head.encode_text()[0], arrays['text_features'], 1e-5)
        encoder = head.text_encoder
        positions = encoder.positional_embedding.sum(1)  # (77, )
        state = head.prompts.embed(head.prompt_vectors, head.suffix_ids,
                                   head.tokens.runs, encoder)
        texts = [
            text for same in split_classes(state.suffix[0], state.runs)
            for text in same
        ]
        for i, place in enumerate(head.text_of_class):
            rows = torch.cat((state.prefix[0], texts[place])).sum(1)
            assert len(rows) - 1 == arrays['eot'][i]
            # what follows the end token is read by no position before it
            close(rows - positions[:len(rows)],
                  arrays['prompt_row_sum'][i, :len(rows)], 1e-8)

    @torch.no_grad()
    def check_inference(self):
        """Compares CLS of all layers, frames, videos, texts and logits."""
        layers = []
        for block in self.model.backbone.transformer.resblocks:
            block.register_forward_hook(
                lambda block, inputs, out: layers.append(out[0][:, :, 0]))
        model, arrays = self.model.eval(), self.arrays
        frames = model.backbone(self.clips)
        if 'layer_cls' in arrays:
            close(torch.stack(layers), arrays['layer_cls'], 1e-5)
        if model.with_neck:
            close(frames.feature,
                  arrays.get('frame_cls', arrays.get('frame_features')), 1e-5)
            videos, _ = model.neck(frames)
        else:
            videos = frames
        close(videos.feature, arrays['video_features'], 1e-5)
        return model.cls_head(videos)

    def train_features(self, clips):
        """Returns the input of the head in training, for these clips."""
        return self.model.train().neck(self.model.backbone(clips))[0]

    def watch_loss(self):
        """Returns a list that gets the inputs of the loss."""
        seen = []
        self.model.cls_head.loss_cls.register_forward_pre_hook(
            lambda module, inputs: seen.append(inputs))
        return seen

    def backward(self, loss):
        """Compares the loss and all gradients."""
        close(loss, self.arrays['loss'], 1e-8)
        loss.backward()
        named = dict(self.model.named_parameters())
        grads = {
            name: torch.full_like(p, torch.nan) if p.grad is None else p.grad
            for name, p in named.items()
        }
        grads = self.official(grads)
        without = {k for k, grad in grads.items() if grad.isnan().all()}
        assert without == {*self.case['frozen'], *self.case['no_gradient']}
        norms = self.case['grad_norms']
        assert norms.keys() == grads.keys() - without
        for key, norm in norms.items():
            # those of key biases are rounding
            assert abs(grads[key].norm() - norm) < 1e-6 * norm + 1e-12, key
            if f'grad.{key}' in self.arrays:
                close(grads[key], self.arrays[f'grad.{key}'], 1e-5)

    def check_groups(self):
        """Compares rate and decay of each parameter that is trained."""
        options = dict(self.config.recipe.optim_wrapper)
        official_groups = self.case['train']['lr_groups']
        decay = max(group['weight_decay'] for group in official_groups)
        options['optimizer'] = dict(type='AdamW', lr=1., weight_decay=decay)
        optimizer = build_optim_wrapper(self.model, options).optimizer
        rules = {
            p: torch.tensor([group['lr'], group['weight_decay']])
            for group in optimizer.param_groups
            for p in group['params']
        }
        # a rule for each value of a parameter, to be split like it
        ours = self.official({
            name: torch.ones(p.shape)[..., None] * rules[p]
            for name, p in self.model.named_parameters() if p in rules
        })
        wanted = {
            key: (group['lr_mult'], group['weight_decay'])
            for group in official_groups
            for key in group['keys']
        }
        assert ours.keys() == wanted.keys()
        for key, rule in wanted.items():
            found, = {*map(tuple, ours[key].reshape(-1, 2).tolist())}
            assert found == pytest.approx(rule), key


def sample(label):
    """Returns a data sample with a label."""
    return ActionDataSample().set_gt_label(label)


@pytest.mark.slow
def test_x_clip():
    system = System('xclip_t4')
    model, head, arrays = system.model, system.model.cls_head, system.arrays
    close(system.check_inference(), arrays['logits'], 1e-8)
    with torch.no_grad():
        close(head.encode_texts()[0], arrays['text_features'], 1e-5)
        _, context = model.neck(model.backbone(system.clips))[0]
        close(head.encode_text(context), arrays['video_text'], 1e-5)


@pytest.mark.slow
def test_training_of_x_clip():
    system = System('xclip_t4')
    head, arrays, train = (system.model.cls_head, system.arrays,
                           system.case['train'])
    mixed = torch.lerp(system.clips[train['perm']], system.clips, train['lam'])
    one_hot = F.one_hot(torch.tensor(train['labels']), 6).double()
    smooth = 0.9 * one_hot + 0.1 / 6
    target = torch.lerp(smooth[train['perm']], smooth, train['lam'])
    close(target, arrays['train_soft_targets'], 1e-12)
    logits = head(system.train_features(mixed))
    close(logits, arrays['train_logits'], 1e-8)
    system.backward(head.loss_cls(logits, target))
    system.check_groups()


@pytest.mark.slow
def test_vita_clip():
    system = System('vita_t4')
    close(system.check_inference(), system.arrays['logits'], 1e-8)
    system.check_prompts()


@pytest.mark.slow
def test_training_of_vita_clip():
    system = System('vita_t4')
    features = system.model.train().backbone(system.clips)
    losses = system.model.cls_head.loss(
        features, [*map(sample, system.case['train']['labels'])])
    system.backward(losses['loss_cls'])


@pytest.mark.slow
def test_action_clip():
    system = System('actionclip_t4_transf')
    head, arrays = system.model.cls_head, system.arrays
    log_probabilities = system.check_inference()
    close(log_probabilities.exp(), arrays['logits'], 1e-9)
    with torch.no_grad():
        # S wordings of C classes, one wording after the other
        text = head.encode_text()[0]
        videos, _ = system.model.neck(system.model.backbone(system.clips))
        unit, _ = head.encode_video(videos)
        scores = 100 * unit @ F.normalize(text, dim=-1).T
        frames = torch.tensor(arrays['frame_features']).double()
        added = system.model.neck.encode(frames) - frames
    close(text.unflatten(0, (16, 6)), arrays['text_features'], 1e-5)
    close(scores.unflatten(1, (16, 6)), arrays['template_logits'], 1e-8)
    close(added, arrays['adapter_output'], 1e-5)


@pytest.mark.slow
def test_training_of_action_clip(monkeypatch):
    system = System('actionclip_t4_transf')
    head, train = system.model.cls_head, system.case['train']
    monkeypatch.setattr(
        head.contrast, 'draw',
        lambda wordings, count: torch.tensor(train['templates']))
    seen = system.watch_loss()
    losses = head.loss(
        system.train_features(system.clips), [*map(sample, train['labels'])])
    (logits, target), = seen
    close(logits, system.arrays['train_logits'], 1e-8)
    close(target, system.arrays['train_targets'], 0)
    for part, pairs in (('image', (logits, target)), ('text', (logits.T,
                                                               target.T))):
        kl = F.kl_div(
            pairs[0].log_softmax(1), (10 * pairs[1]).softmax(1),
            reduction='batchmean')
        close(kl, system.arrays[f'loss_{part}'], 1e-8)
    system.backward(losses['loss_cls'])
    system.check_groups()


@pytest.mark.slow
def test_a5():
    system = System('a5_t4')
    close(system.check_inference(), system.arrays['logits'], 1e-8)
    system.check_prompts()
    neck, frames = system.model.neck, system.arrays['frame_features']
    with torch.no_grad():
        close(
            neck.encode(torch.tensor(frames).double()),
            system.arrays['temporal_output'], 1e-5)


@pytest.mark.slow
def test_training_of_a5(monkeypatch):
    system = System('a5_t4')
    head, arrays, train = (system.model.cls_head, system.arrays,
                           system.case['train'])
    names = system.case['classes']
    chosen = [names.index(name) for name in train['class_list']]
    head.contrast.num_classes = train['numContrast']
    monkeypatch.setattr(head.contrast, 'draw',
                        lambda others, count: torch.tensor(chosen[2:]))
    seen = system.watch_loss()
    losses = head.loss(
        system.train_features(system.clips), [*map(sample, train['names'])])
    (logits, target), = seen
    close(logits, arrays['train_logits'], 1e-8)
    assert target.tolist() == train['targets']
    system.backward(losses['loss_cls'])
    rows = head.prompt_vectors.grad.norm(dim=1)
    close(rows, arrays['embedding_row_grad'], 1e-8)
    assert (rows == 0).equal(torch.tensor(arrays['embedding_row_grad'] == 0))
