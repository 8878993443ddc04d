"""Mixes CLIP into a fine-tuned checkpoint (weight-space ensemble, WiSE-FT).

    python tools/ensemble_weights.py openai FINETUNED OUT --clip-share 0.3

The share is that of CLIP: 0 gives the fine-tuned weights, 1 gives CLIP's.
Parts that TC-CLIP adds to CLIP stay fine-tuned.
"""
import argparse
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

from _checkout import run_main  # also finds the package without installation

from projects.tc_clip.clip.conversion import check_numbers, complete, save
from projects.tc_clip.clip.ensemble import interpolate
from projects.tc_clip.clip.foreign_files import state_of
from projects.tc_clip.clip.layouts import OPENAI, State
from projects.tc_clip.clip.named_weights import find_weights, read_weights
from projects.tc_clip.clip.recognition import recognise
from projects.tc_clip.clip.weights import find_clip_file, read_clip
from projects.tc_clip.files import sha256


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line.

    Args:
        argv: arguments; None selects those of the process.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'clip',
        help='CLIP that fine-tuning started from: a tag of open_clip, such as '
        'openai, or a file')
    parser.add_argument(
        'finetuned',
        help='name of a checkpoint: a file, also an official one, a folder, '
        'or hf://ORG/REPO[@REVISION][/FILE]')
    parser.add_argument('out', type=Path, help='file to write')
    parser.add_argument(
        '--clip-share',
        type=float,
        default=0.3,
        help="share of CLIP (%(default)s, which is official TC-CLIP's "
        'wise_ft=0.7)')
    parser.add_argument(
        '--arch',
        default='ViT-B-16-quickgelu',
        help='open_clip architecture that tags refer to (%(default)s)')
    return parser.parse_args(argv)


def read_finetuned(path: Path, clip: State) -> Tuple[State, Dict[str, Any]]:
    """Reads a checkpoint of this project, or an official one.

    Args:
        path: its file.
        clip: CLIP in our layout, for what an official file lacks.

    Returns:
        Its state dict and its meta data.

    Raises:
        UnpicklingError: its pickle names more than weights need.
        ValueError: the file cannot be read, has another layout, or is an
            ensemble already.
    """
    checkpoint = read_weights(path, 'cpu')
    found = recognise(checkpoint)
    if found:
        complete(found.state, clip)
        return found.state, dict(converted_from=found.layout)
    state, meta = state_of(checkpoint, str(path)), checkpoint.get('meta') or {}
    if not any(key.startswith('cls_head.') for key in state):
        raise ValueError(f'{path} is not a checkpoint of this project or of '
                         'tools/convert_weights.py, its first keys are '
                         f'{", ".join(list(state)[:3]) or "none"}')
    check_numbers(state, str(path))
    if 'weight_ensemble' in meta:
        raise ValueError(f'{path} is an ensemble already: '
                         f'{meta["weight_ensemble"]}')
    return state, meta


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Writes the ensemble that the command line asks for.

    Args:
        argv: arguments; None selects those of the process.
    """
    args = parse_args(argv)
    clip_file = find_clip_file(args.arch, args.clip)
    clip = OPENAI.read(read_clip(clip_file, args.arch, args.clip))[0]
    finetuned = find_weights(args.finetuned)
    state, meta = read_finetuned(finetuned, clip)
    mixed = interpolate(clip, state, args.clip_share)
    meta['weight_ensemble'] = dict(
        clip_share=args.clip_share,
        clip=clip_file.name,
        clip_sha256=sha256(clip_file),
        finetuned=finetuned.name,
        finetuned_sha256=sha256(finetuned))
    save(dict(state_dict=mixed, meta=meta), args.out, clip_file, finetuned)
    kept = sorted(state.keys() - clip.keys())
    print(f'{args.out}: {len(mixed)} tensors')
    print(f'{args.clip_share:g} of {clip_file.name} in: {len(clip)} tensors')
    print(f'stay fine-tuned: {", ".join(kept) or "none"}')


if __name__ == '__main__':
    run_main(main)
