"""Measures TC-CLIP and the systems that it is compared with, side by side."""
from pathlib import Path
from typing import (Any, Callable, Dict, List, Mapping, NamedTuple, Optional,
                    Sequence, Tuple)

import torch
from mmengine.config import Config

from ..config_files import config_file, config_folder, zero_shot_config
from ..evaluation.tables import MISSING, cell_text, markdown_table, read_paper
from .bench import Bench, without_gradient
from .measure import interleaved
from .stand_ins import use_stand_ins

PAPER = read_paper('ablations')['systems']
_HEADER = ('System', 'Parameters (M)', 'Trained (M)', 'Frames', 'GFLOPs',
           'Views/s', 'Memory of a step (GiB)')


class Entry(NamedTuple):
    """A system to measure.

    Attributes:
        name: the paper's name of the system, or the config's.
        config: file of its config.
        paper: the paper's zero-shot accuracies, by column of ``PAPER``; empty
            for other configs than the zero-shot ones.
    """
    name: str
    config: Path
    paper: Dict[str, Optional[float]]


class Costs(NamedTuple):
    """The costs of a system.

    Attributes:
        parameters: values of the parameters in a checkpoint.
        trained: those of them that are trained.
        loss_only: those of them that only the loss uses.
        teacher: values of a teacher that a checkpoint does not hold.
        frames: frames of a view.
        gflops: operations of the vision tower and neck for a view, in units of
            1e9; a multiply-add counts as two.
        views_per_second: views that are scored in a second.
        memory: peak bytes of a training step above the model; None if nothing
            is trained.
    """
    parameters: int
    trained: int
    loss_only: int
    teacher: int
    frames: int
    gflops: float
    views_per_second: float
    memory: Optional[float] = None


def _short_name(file: Path) -> str:
    """Returns the path below ``configs``, or the whole path, of a config."""
    folder = config_folder().resolve()
    inside = folder in file.parents
    return (file.relative_to(folder) if inside else file).as_posix()


def entries(configs: Sequence[str] = ()) -> List[Entry]:
    """Returns the systems to measure.

    Args:
        configs: files or short names of configs; the zero-shot configs of all
            systems if there are none.

    Raises:
        FileNotFoundError: there is no such config.
    """
    known = {
        zero_shot_config(row['row']).resolve():
        (row['case'], dict(zip(PAPER['columns'], row['values'])))
        for row in PAPER['rows']
    }
    files = dict.fromkeys(config_file(name).resolve() for name in configs)
    found = []
    for file in files or known:
        name, figures = known.get(file, (_short_name(file), {}))
        found.append(Entry(name, file, figures))
    return found


def build(config: Config, **options: Any) -> Tuple[Bench, List[str]]:
    """Builds a system with random weights, to train at its own length.

    Args:
        config: config of the system.
        **options: of :class:`Bench`.

    Returns:
        The model with clips, and what was replaced by stand-ins.

    Raises:
        FileNotFoundError: see :func:`use_stand_ins`.
        ValueError: see :class:`Bench`.
    """
    replaced = use_stand_ins(config)
    frames = config.model.backbone.get('num_frames', 8)
    return Bench(config, batch_frames=frames, **options), replaced


def _count(module: Optional[torch.nn.Module]) -> int:
    """Counts the values of a module's parameters."""
    return sum(p.numel() for p in module.parameters()) if module else 0


def costs_without_memory(bench: Bench, seconds: Sequence[float]) -> Costs:
    """Returns the costs of a system but for memory.

    Args:
        bench: the system.
        seconds: times to score its views.
    """
    model, views = bench.model, len(bench.views)
    teacher = getattr(model, 'teacher', None)
    if teacher is not None and 'teacher' in dict(model.named_children()):
        teacher = None  # it is counted with the model
    products = bench.multiply_adds(without_gradient(bench.video_features))
    return Costs(bench.parameters, bench.trained,
                 _count(getattr(model, 'distillation', None)), _count(teacher),
                 bench.frames, 2e-9 * products / views,
                 views / torch.tensor(seconds).median().item())


def measure(benches: Mapping[str, Bench], runs: int) -> Dict[str, Costs]:
    """Measures systems, which take turns, but for their memory.

    Args:
        benches: the systems, by name.
        runs: runs of each that count.
    """
    calls = {
        name: bench.view_call(bench.ours)
        for name, bench in benches.items()
    }
    clock = next(iter(benches.values())).seconds
    times = interleaved(calls, runs, clock)
    return {
        name: costs_without_memory(bench, times[name])
        for name, bench in benches.items()
    }


def with_memory(costs: Mapping[str, Costs],
                peak: Callable[[str], float]) -> Dict[str, Costs]:
    """Adds the memory of a training step to the systems that are trained.

    Args:
        costs: costs by name.
        peak: returns the peak bytes of a step of a system.
    """
    return {
        name: cost._replace(memory=peak(name) if cost.trained else None)
        for name, cost in costs.items()
    }


def _cells(entry: Entry, cost: Costs, columns: Sequence[str]) -> List[str]:
    """Returns a row of the table."""
    memory = cost.memory
    return [
        entry.name, f'{cost.parameters / 1e6:.2f}',
        f'{cost.trained / 1e6:.2f}',
        str(cost.frames), f'{cost.gflops:.4g}', f'{cost.views_per_second:.3g}',
        MISSING if memory is None else f'{memory / 2**30:.3g}',
        *(cell_text(entry.paper.get(column)) for column in columns)
    ]


def notes(systems: Sequence[Entry], costs: Mapping[str, Costs],
          stand_ins: Mapping[str, Sequence[str]]) -> List[str]:
    """Returns what a reader has to know of single systems.

    Args:
        systems: the systems.
        costs: their costs, by name.
        stand_ins: what was replaced by stand-ins, by name.
    """
    lines = [
        f'{name} learns beside a frozen CLIP of {cost.teacher / 1e6:.1f} M '
        'parameters, which its checkpoint does not hold; only the loss uses '
        f'{cost.loss_only / 1e6:.2f} M of the others.'
        for name, cost in costs.items() if cost.teacher
    ]
    replaced = [
        f'{name} ({", ".join(texts)})' for name, texts in stand_ins.items()
        if texts
    ]
    if replaced:
        lines.append('Stand-ins replace texts whose files are absent: '
                     f'{"; ".join(replaced)}. Longer texts take more memory '
                     'in a step that trains the text tower.')
    if any(entry.paper for entry in systems):
        lines.append(f'{PAPER["note"]} `{MISSING}`: not trained, or not '
                     'stated by the paper.')
    return lines


def as_markdown(systems: Sequence[Entry], costs: Mapping[str, Costs],
                remarks: Sequence[str]) -> str:
    """Returns the table in Markdown, with remarks below it.

    Args:
        systems: the systems.
        costs: their costs, by name.
        remarks: a line each.
    """
    columns = PAPER['columns'] if any(s.paper for s in systems) else []
    header = (*_HEADER, *(f'Paper: {column}' for column in columns))
    table = markdown_table(
        header, [_cells(s, costs[s.name], columns) for s in systems])
    return '\n\n'.join((table, *remarks)) + '\n'
