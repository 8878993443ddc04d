"""Convert checkpoints of other code bases to this project's, and back.

    python tools/convert_weights.py tc_clip SRC DST --clip openai
    python tools/convert_weights.py tc_clip SRC DST --reverse
"""
import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import torch
from torch import Tensor

# The tool works in a checkout that is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.tc_clip.clip import layouts  # noqa: E402
from projects.tc_clip.clip import safe_pickle, weights  # noqa: E402

State = Dict[str, Tensor]

READERS = dict(
    tc_clip=layouts.from_tc_clip,
    vifi_clip=layouts.from_vifi_clip,
    openai=layouts.from_openai,
    mmpretrain=layouts.from_mmpretrain)
WRITERS = dict(tc_clip=layouts.to_tc_clip, vifi_clip=layouts.to_vifi_clip)


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the command line.

    Args:
        argv: arguments, those of the process if None.
    """
    parser = argparse.ArgumentParser(
        description='Convert checkpoints of other code bases to the layout of '
        'this project.')
    parser.add_argument('layout', choices=list(READERS), help='layout of SRC')
    parser.add_argument(
        'src', help='checkpoint; for openai also a tag of open_clip')
    parser.add_argument('dst', type=Path, help='file to write')
    parser.add_argument(
        '--clip',
        metavar='TAG_OR_FILE',
        help='CLIP weights that give what SRC does not hold, e.g. openai')
    parser.add_argument(
        '--arch',
        default='ViT-B-16-quickgelu',
        help='open_clip architecture that tags refer to (%(default)s)')
    parser.add_argument(
        '--reverse',
        action='store_true',
        help=f'SRC is ours, DST gets the layout ({", ".join(WRITERS)})')
    args = parser.parse_args(argv)
    if args.reverse and args.layout not in WRITERS:
        parser.error(f'--reverse is for {", ".join(WRITERS)}, not for '
                     f'{args.layout}')
    if args.reverse and args.clip:
        parser.error('--reverse takes nothing from --clip')
    return args


def sha256(path: Path) -> str:
    """Hash a file.

    Args:
        path: a file of any size.
    """
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 20), b''):
            digest.update(block)
    return digest.hexdigest()


def model_of(checkpoint: Mapping[str, Any], source: str) -> State:
    """Take the state dict out of a checkpoint.

    Args:
        checkpoint: a state dict, or a dict that holds one under ``model`` or
            ``state_dict``.
        source: what to call the checkpoint in messages.

    Raises:
        ValueError: names the values that are no tensors.
    """
    state = checkpoint.get('model', checkpoint.get('state_dict', checkpoint))
    if not isinstance(state, Mapping):
        raise ValueError(f'{source}: the model is no state dict but a '
                         f'{type(state).__name__}.')
    strange = [k for k, v in state.items() if not isinstance(v, Tensor)]
    if strange:
        raise ValueError(f'{source}: no tensors: {", ".join(strange)}')
    # a prefix that DistributedDataParallel adds
    return {
        (key[len('module.'):] if key.startswith('module.') else key): value
        for key, value in state.items()
    }


def lacking_parts(state: State) -> Tuple[str, ...]:
    """Name what a converted checkpoint must get from CLIP.

    Args:
        state: our state dict.

    Returns:
        Prefixes of keys: the whole head and the projection for a vision
        tower, else the token embedding if it is not there.
    """
    if not any(key.startswith('cls_head.') for key in state):
        return ('cls_head.', 'backbone.proj')
    return () if layouts.TOKEN_EMBEDDING in state else (
        layouts.TOKEN_EMBEDDING, )


def complete(state: State, clip: State) -> List[str]:
    """Add what a converted checkpoint lacks, in place.

    Args:
        state: our state dict.
        clip: CLIP's, in our layout.

    Returns:
        The keys that were added.

    Raises:
        ValueError: if the two differ in a shape, or the checkpoint lacks
            more than CLIP may give.
    """
    absent = [key for key in clip if key not in state]
    parts = lacking_parts(state)
    odd = [f'{key} is missing' for key in absent if not key.startswith(parts)]
    for key in clip.keys() & state.keys():
        # joint positions (T, N, D) go with CLIP's (N, D)
        want = tuple(clip[key].shape)
        have = tuple(state[key].shape)
        if have[max(len(have) - len(want), 0):] != want:
            odd.append(f'{key} is {have}, in CLIP {want}')
    if odd:
        raise ValueError('The checkpoint and --clip are not of one '
                         f'architecture: {"; ".join(sorted(odd))}')
    state.update((key, clip[key]) for key in absent)
    return absent


def fill_from_clip(state: State, args: argparse.Namespace) -> List[str]:
    """Add what a converted checkpoint lacks from ``--clip``, in place.

    Args:
        state: our state dict.
        args: the command line.

    Returns:
        The keys that were added.

    Raises:
        ValueError: names the parts that are lacking without ``--clip``.
    """
    if args.clip:
        clip = weights.load_clip(args.arch, args.clip)
        return complete(state, layouts.from_openai(clip)[0])
    lacking = [
        f'{part}*' if part.endswith('.') else part
        for part in lacking_parts(state)
    ]
    if lacking:
        raise ValueError(f'{args.src} does not hold {", ".join(lacking)}; '
                         'give the CLIP that it was made from, e.g. --clip '
                         'openai')
    return []


def convert(args: argparse.Namespace) -> None:
    """Convert a foreign checkpoint to ours and report.

    Args:
        args: the command line.
    """
    if args.layout == 'openai':
        path = weights.find_clip_file(args.arch, args.src)
        theirs = weights.load_clip(args.arch, str(path))
    else:
        path = Path(args.src)
        theirs = model_of(safe_pickle.read_tensors(path), args.src)
    state, leftovers = READERS[args.layout](theirs)
    added = fill_from_clip(state, args)
    meta = dict(
        converted_from=args.layout,
        source=path.name,
        sha256=sha256(path),
        leftovers=leftovers)
    save(dict(state_dict=state, meta=meta), args.dst)
    print(f'{args.dst}: {len(state)} tensors')
    print(f'from --clip: {", ".join(added) or "none"}')
    print(f'set aside in meta: {", ".join(leftovers) or "none"}')


def revert(args: argparse.Namespace) -> None:
    """Convert a checkpoint of ours to a foreign layout and report.

    Args:
        args: the command line.
    """
    checkpoint = safe_pickle.read_tensors(args.src)
    state = model_of(checkpoint, args.src)
    meta = checkpoint.get('meta') or {}
    # buffers fit only the layout that they were taken from
    same = meta.get('converted_from') == args.layout
    leftovers = meta['leftovers'] if same else {}
    theirs = WRITERS[args.layout](state, leftovers)
    save(dict(model={f'module.{k}': v for k, v in theirs.items()}), args.dst)
    print(f'{args.dst}: {len(theirs)} tensors')
    print(f'left out: {", ".join(state.keys() & {layouts.TOKEN_EMBEDDING})}')
    print(f'given back from meta: {", ".join(leftovers) or "none"}')


def save(checkpoint: Dict[str, Any], dst: Path) -> None:
    """Write a checkpoint, with the folders that it needs.

    Args:
        checkpoint: what to save.
        dst: file to write.
    """
    dst.parent.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, dst)


def main() -> None:
    """Run the conversion that the command line asks for."""
    args = parse_args()
    (revert if args.reverse else convert)(args)


if __name__ == '__main__':
    main()
