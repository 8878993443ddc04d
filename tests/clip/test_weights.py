"""Finding, reading and loading CLIP weights."""
import open_clip
import pytest
import torch
from open_clip.pretrained import (get_pretrained_cfg,
                                  list_pretrained_tags_by_model)
from safetensors.torch import save_file
from torch import nn

from projects.tc_clip.clip import weights
from projects.tc_clip.clip.weights import (find_clip_file, load_clip,
                                           load_into, text_weights,
                                           vision_weights)
from tests.small import TINY_ARCH


@pytest.fixture
def clip():
    torch.manual_seed(0)
    return open_clip.CLIP(**TINY_ARCH).state_dict()


def as_module(state):
    """Returns a module with the given state dict."""
    root = nn.Module()
    for key, value in state.items():
        *path, leaf = key.split('.')
        module = root
        for name in path:
            if name not in dict(module.named_children()):
                module.add_module(name, nn.Module())
            module = getattr(module, name)
        module.register_buffer(leaf, value.clone())
    return root


def assert_same(have, want):
    assert have.keys() == want.keys()
    for key, value in want.items():
        assert have[key].dtype == torch.float32
        assert torch.equal(have[key], value.float()), key


# --- find_clip_file ---------------------------------------------------------


def test_tag_is_downloaded_by_open_clip(monkeypatch):
    asked = []
    monkeypatch.setattr(weights, 'is_reachable', lambda: True)
    monkeypatch.setattr(weights, 'download_pretrained',
                        lambda cfg: asked.append(cfg) or 'some/file.pt')
    assert str(find_clip_file('ViT-B-16', 'openai')) == 'some/file.pt'
    assert asked == [get_pretrained_cfg('ViT-B-16', 'openai')]
    assert asked[0]['url'].endswith('/ViT-B-16.pt')


@pytest.mark.parametrize(
    'name', ['open_clip_model.safetensors', 'open_clip_pytorch_model.bin'])
def test_tag_without_network(hub, tmp_path, name):
    """It is in the cache, or the error says at once what to do."""
    repo = get_pretrained_cfg('ViT-B-16', 'openai')['hf_hub'].rstrip('/')
    with pytest.raises(FileNotFoundError) as error:
        find_clip_file('ViT-B-16', 'openai')
    assert str(error.value).startswith(
        "CLIP's weights 'openai' for ViT-B-16 cannot be downloaded. Get their "
        'file (https://')
    assert str(error.value).endswith('model.backbone.pretrained=FILE')
    (tmp_path / name).write_text('weights')
    snapshot = hub(repo, tmp_path / name)
    assert find_clip_file('ViT-B-16', 'openai') == snapshot / name


def test_file_is_taken_as_it_is(tmp_path):
    path = tmp_path / 'clip.pt'
    path.touch()
    assert find_clip_file('ViT-B-16', str(path)) == path
    assert find_clip_file(TINY_ARCH, str(path)) == path


def test_neither_tag_nor_file():
    with pytest.raises(ValueError) as error:
        find_clip_file('ViT-B-16', 'opneai')
    tags = ', '.join(list_pretrained_tags_by_model('ViT-B-16'))
    assert 'laion2b_s34b_b88k' in tags
    assert str(error.value) == (
        "pretrained='opneai' is neither a file nor a tag that open_clip has "
        f'for ViT-B-16. Tags: {tags}.')
    with pytest.raises(ValueError) as error:
        find_clip_file(TINY_ARCH, 'openai')
    assert str(error.value) == (
        "pretrained='openai' is neither a file nor a tag that open_clip has "
        'for an architecture given as dict. Tags: none.')


# --- load_clip --------------------------------------------------------------


@pytest.mark.parametrize('wrap', [
    lambda state: state, lambda state: dict(state_dict=state, epoch=3),
    lambda state: {
        f'module.{k}': v
        for k, v in state.items()
    }
])
def test_open_clip_checkpoint(tmp_path, clip, wrap):
    torch.save(wrap(clip), tmp_path / 'clip.pt')
    assert_same(load_clip(TINY_ARCH, str(tmp_path / 'clip.pt')), clip)


def test_half_precision_safetensors(tmp_path, clip):
    half = {k: v.half() for k, v in clip.items()}
    save_file(half, tmp_path / 'clip.safetensors')
    assert_same(load_clip(TINY_ARCH, str(tmp_path / 'clip.safetensors')), half)


def test_torchscript_archive_of_openai(tmp_path, clip):
    sizes = dict(input_resolution=32, context_length=77, vocab_size=10)
    archive = as_module({
        **{
            k: v.half()
            for k, v in clip.items()
        },
        **{
            k: torch.tensor(v)
            for k, v in sizes.items()
        }
    })
    torch.jit.save(torch.jit.script(archive), tmp_path / 'ViT-B-16.pt')
    half = {k: v.half() for k, v in clip.items()}
    file = str(tmp_path / 'ViT-B-16.pt')
    assert_same(load_clip(dict(TINY_ARCH, quick_gelu=True), file), half)
    with pytest.raises(ValueError, match='whose CLIP has QuickGELU, but arch'):
        load_clip(TINY_ARCH, file)


def test_custom_text_layout(tmp_path, clip):
    custom = open_clip.CustomTextCLIP(**TINY_ARCH).state_dict()
    assert 'text.token_embedding.weight' in custom
    torch.save(custom, tmp_path / 'clip.pt')
    loaded = load_clip(TINY_ARCH, str(tmp_path / 'clip.pt'))
    assert loaded.keys() == clip.keys()
    for key, value in custom.items():
        key = key[5:] if key.startswith('text.') else key
        assert torch.equal(loaded[key], value)


def test_file_without_clip(tmp_path):
    path = tmp_path / 'other.pt'
    torch.save({'backbone.proj': torch.ones(1), 'x': torch.ones(1)}, path)
    with pytest.raises(ValueError) as error:
        load_clip(TINY_ARCH, str(path))
    assert str(error.value) == (
        f'{path} is not a CLIP checkpoint: no key starts with `visual.`, the '
        'first are backbone.proj, x. Weights of other projects are converted '
        'by tools/convert_weights.py.')


def test_towers_share_out_the_weights(clip):
    vision, text = vision_weights(clip), text_weights(clip)
    model = open_clip.CLIP(**TINY_ARCH)
    assert vision.keys() == model.visual.state_dict().keys()
    assert len(vision) + len(text) + 1 == len(clip)
    assert text['positional_embedding'].shape == (77, 4)
    assert vision['positional_embedding'].shape == (5, 8)


# --- load_into --------------------------------------------------------------


class Tower(nn.Module):

    def __init__(self, positions=(5, 8)):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.zeros(positions))
        self.local_global_bias = nn.Parameter(torch.full((2, ), 7.))
        self.ln_post = nn.LayerNorm(8)


@pytest.fixture
def messages(monkeypatch):
    said = []
    monkeypatch.setattr(weights, 'print_log',
                        lambda message, **kwargs: said.append(message))
    return said


def test_load_and_report(clip, messages):
    tower = Tower()
    given = vision_weights(clip)
    given = {k: given[k] for k in ('positional_embedding', 'proj')}
    given['ln_post.weight'] = torch.arange(8.)
    given['ln_post.bias'] = torch.arange(8.)
    load_into(tower, given, 'openai', optional=['local_global_bias$'])
    assert torch.equal(tower.positional_embedding,
                       given['positional_embedding'])
    assert tower.ln_post.bias.tolist() == list(range(8))
    assert tower.local_global_bias.tolist() == [7, 7]
    assert messages == [
        'Tower: loaded 3 tensors of openai; not used: proj; left as '
        'initialised: local_global_bias.'
    ]


def test_positions_are_repeated_per_frame(clip, messages):
    tower = Tower(positions=(3, 5, 8))
    load_into(tower, vision_weights(clip), 'openai', ['local_global_bias'])
    want = clip['visual.positional_embedding']
    for positions in tower.positional_embedding:
        assert torch.equal(positions, want)
    with torch.no_grad():  # frames do not share memory
        tower.positional_embedding[0].zero_()
    assert torch.equal(tower.positional_embedding[1], want)


def test_misfits_are_listed(messages):
    tower = Tower()
    before = {k: v.clone() for k, v in tower.state_dict().items()}
    given = dict(positional_embedding=torch.ones(10, 8), ln_post=torch.ones(1))
    given['ln_post.bias'] = torch.ones(8)
    with pytest.raises(ValueError) as error:
        load_into(tower, given, 'openai')
    assert str(error.value) == (
        'openai does not fit Tower:\n'
        '  missing keys: ln_post.weight, local_global_bias\n'
        '  shape of positional_embedding: have (10, 8), want (5, 8)')
    assert all(
        torch.equal(before[k], v) for k, v in tower.state_dict().items())
    assert messages == []
