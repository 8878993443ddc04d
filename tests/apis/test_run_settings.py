"""What tells one model's results from those of another."""
import torch

from projects.tc_clip.apis.run_settings import (config_hash, differences,
                                                settings_of, weights_hash)


def test_hashes_tell_models_apart():
    model = torch.nn.Linear(2, 3)
    before = weights_hash(model)
    assert before == weights_hash(model) and len(before) == 64
    with torch.no_grad():
        model.bias[0] += 1
    assert weights_hash(model) != before
    assert config_hash(dict(a=1, b=2)) == config_hash(dict(b=2, a=1))
    assert config_hash(dict(a=1)) != config_hash(dict(a=2))


def test_differences_say_what_was_there_and_is_now():
    known = dict(what=['video'], root='/a', checkpoint=dict(file='a', hash=1))
    same = dict(known, checkpoint=dict(file='b', hash=1))  # a copy elsewhere
    assert differences(known, same) == []
    other = dict(what=['text'], root='/a', checkpoint=None, dtype='float16')
    assert differences(known, other) == [
        '  what: ["video"] there, ["text"] now',
        '  checkpoint: {"file": "a", "hash": 1} there, null now',
        '  dtype: null there, "float16" now'
    ]
    long, = differences(dict(names='a' * 999), dict(names='b'))
    assert long == f'  names: "{"a" * 199}... there, "b" now'


def test_settings_are_those_of_the_model_and_not_of_its_file(inferencer):
    first = settings_of(inferencer, 'a.py', 'a.pth')
    same = settings_of(inferencer, 'b.py', 'b.pth')
    assert differences(first, same) == []
    assert first['class_names'] == inferencer.class_names
    with torch.no_grad():
        inferencer.model.cls_head.logit_scale += 1e-3
    [line] = differences(first, settings_of(inferencer, 'a.py', 'a.pth'))
    assert line.startswith('  checkpoint: ')
