"""Makes weights and videos of the cases in ``tests/data/oracle``.

The cases hold what the official implementation (naver-ai/tc-clip at 8728fe4)
computes in float64. Its weights and input are pseudo-random numbers that
follow from a parameter's name, a shape or a seed, so none are stored.
"""
import json
import zlib

import numpy as np
import torch

from tests.small import DATA

CASES = DATA / 'oracle'
TOKEN_EMBEDDING = 'text_encoder.token_embedding.weight'


def load_case(name):
    """Returns the description and the arrays of a case."""
    arrays = dict(np.load(CASES / f'{name}.npz'))
    return json.loads((CASES / f'{name}.json').read_text()), arrays


def parameter(name, shape):
    """Returns the float32 value of a parameter of the official layout."""
    noise = np.random.default_rng(zlib.crc32(name.encode()))
    x = noise.standard_normal(tuple(shape)).astype(np.float32)
    parts = name.split('.')
    if name.endswith('logit_scale'):
        x = np.full(shape, np.log(1 / 0.07), np.float32)
    elif any(part.startswith('ln_') for part in parts):
        x = 0.1 * x + (parts[-1] == 'weight')
    elif parts[-1] in ('bias', 'in_proj_bias'):
        x = 0.02 * x
    elif 'local_global_bias' in name:
        x = 0.5 * x
    elif 'embedding' in name or parts[-1] == 'ctx':
        small = parts[-1] == 'ctx' or 'token' in name or 'positional' in name
        x = (0.05 if small else 0.5) * x
    else:
        x = _matrix(x, name)
    return torch.from_numpy(np.asarray(x, np.float32))


def _matrix(x, name):
    """Scales a weight matrix by its fan-in; queries and keys get more."""
    leaf = name.rsplit('.', 1)[-1]
    fan_in = int(np.prod(x.shape[1:])) if x.ndim > 1 else x.shape[0]
    if leaf in ('proj', 'text_projection'):
        fan_in = x.shape[0]
    sharp = any(part in name for part in ('q_proj', 'k_proj'))
    x = (1.6 if sharp or leaf == 'in_proj_weight' else 1.0) * x
    # numpy 2 divides in float64, also if it is not told to
    return np.divide(x, np.sqrt(fan_in), dtype=np.float64)


def official_state(case):
    """Returns the official state dict of a case, without derived buffers.

    ``fill_as`` of some cases gives a parameter the value of another name.
    """
    names = case.get('fill_as', {})
    return {
        name: parameter(names.get(name, name), shape)
        for name, shape in case['parameters']
        if not name.startswith('prompt_learner.') or name.endswith('ctx')
    }


def clips(batch, frames, seed):
    """Returns clips ``(B, 3, T, 224, 224)``: drifting blobs and noise."""
    rng = np.random.default_rng(seed)
    y, x = (np.mgrid[:224, :224].astype(np.float32) / 224).astype(np.float64)
    out = np.zeros((batch, frames, 3, 224, 224), np.float32)
    for video in out:
        blocks = rng.standard_normal((3, 8, 8)).astype(np.float32)
        background = blocks.repeat(28, 1).repeat(28, 2)
        place = rng.uniform(.2, .8, (3, 2))
        speed = rng.uniform(-.04, .04, (3, 2))
        colour = rng.standard_normal((3, 3))
        for t, frame in enumerate(video):
            image = 0.5 * background
            for blob in range(3):
                cy, cx = place[blob] + t * speed[blob]
                weight = np.exp(-((y - cy)**2 + (x - cx)**2) / 0.02)
                tint = colour[blob][:, None, None].astype(np.float32)
                image += 2 * weight.astype(np.float32)[None] * tint
            noise = rng.standard_normal((3, 224, 224)).astype(np.float32)
            frame[:] = image + 0.1 * noise
    return torch.from_numpy(out).transpose(1, 2)
