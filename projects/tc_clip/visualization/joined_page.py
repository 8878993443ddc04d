"""Joins the pages of several models into one, video by video."""
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Sequence

from .page_document import read_document, write_document

Run = Dict[str, Any]


def join_pages(pages: Sequence[Path], out: Path) -> int:
    """Writes a page with the predictions and maps of several pages.

    Args:
        pages: pages that ``tools/test.py --show-dir`` has written; videos are
            matched by their names.
        out: the ``.html`` file.

    Returns:
        The number of videos, which are those that all pages show.

    Raises:
        OSError: a page cannot be read, or the new one not be written.
        ValueError: there are fewer than two pages, they show no common video,
            or give a video different labels.
    """
    if len(pages) < 2:
        raise ValueError('give at least two pages to join')
    run = join_runs([read_document(page) for page in pages],
                    [str(page) for page in pages])
    title = ' and '.join(model['name'] for model in run['models'])
    write_document(out, title, run)
    return len(run['videos'])


def join_runs(runs: Sequence[Run], sources: Sequence[str]) -> Run:
    """Joins the data of pages.

    Args:
        runs: data of each page.
        sources: where each page is, for messages and to tell models of one
            name apart.

    Raises:
        ValueError: see :func:`join_pages`.
    """
    every = [{video['name']: video for video in run['videos']} for run in runs]
    common = [name for name in every[0] if all(name in one for one in every)]
    if not common:
        first = [next(iter(one)) for one in every]
        raise ValueError('The pages show no common video, by their names: ' +
                         ', '.join(f'{source} shows {name}'
                                   for source, name in zip(sources, first)) +
                         '. Test the same list with the same --interval')
    classes = dict.fromkeys(name for run in runs for name in run['classes'])
    return dict(
        runs[0],
        classes=[*classes],
        models=_models(runs, sources),
        videos=[_join_video([one[name] for one in every]) for name in common])


def _join_video(parts: Sequence[Run]) -> Run:
    """Joins the views of a video; equal frames are stored once."""
    first = parts[0]
    views: List[Run] = []
    for part in parts:
        if part['labels'] != first['labels']:
            raise ValueError(
                f'{first["name"]} is labelled {first["labels"]} on one page '
                f'and {part["labels"]} on another: they are of different lists'
            )
        own = part['views'][0]['frames']
        views += [
            dict(view, frames=view['frames'] or own) for view in part['views']
        ]
    frames = views[0]['frames']
    joined = [
        dict(view, frames=None) if i and view['frames'] == frames else view
        for i, view in enumerate(views)
    ]
    return dict(first, views=joined)


def _models(runs: Sequence[Run], sources: Sequence[str]) -> List[Run]:
    """Returns the models of all runs; no two have the same name."""
    models = [(model, source) for run, source in zip(runs, sources)
              for model in run['models']]
    count = Counter(model['name'] for model, _ in models)
    named = [
        dict(model, name=f'{model["name"]} ({source})')
        if count[model['name']] > 1 else model for model, source in models
    ]
    return named
