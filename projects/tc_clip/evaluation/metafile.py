"""Describes configs in OpenMMLab's model index, beside the paper's figures.

The form is that of MMAction2's metafile.yml. Names of metrics end in
``(paper)``, as the figures are the paper's.
"""
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from mmengine.config import Config

from .tables import read_paper

Entry = Dict[str, Any]

# Names of data sets, by their folder and by their name in the paper's tables.
DATA_SETS = {
    'kinetics400': 'Kinetics-400',
    'K-400': 'Kinetics-400',
    'K600': 'Kinetics-600',
    'hmdb51': 'HMDB-51',
    'ucf101': 'UCF-101',
    'ssv2': 'Something-Something v2',
    'SSv2': 'Something-Something v2',
    'charades': 'Charades',
    'motion': "the demo's motions",
    'mine': 'your own videos',
}


def _mean(value: Any) -> Any:
    """Returns a figure of the paper without its standard deviation."""
    return value[0] if isinstance(value, list) else value


def _metric(column: str, mixed: bool) -> str:
    """Returns the name of a metric.

    Args:
        column: heading in the paper's table, without the data set.
        mixed: whether CLIP's weights are mixed in.
    """
    top = 'Top 5 Accuracy' if 'Top-5' in column else 'Top 1 Accuracy'
    detail = column.strip('() ')
    parts = [top, '' if detail.startswith('Top-') else detail]
    parts += ['CLIP mixed in'] * mixed
    return f'{", ".join(filter(None, parts))} (paper)'


def _results(table: Entry, rows: Sequence[Tuple[Entry, bool]],
             data_sets: Sequence[str]) -> List[Entry]:
    """Returns the figures of rows, by data set.

    Args:
        table: a table of the paper.
        rows: rows of it, and whether CLIP's weights are mixed in.
        data_sets: their names in the table.
    """
    found = []
    for name in data_sets:
        metrics = {}
        for row, mixed in rows:
            for column, value in zip(table['columns'], row['values']):
                # the fully supervised table has one data set, and no name
                named = column.startswith(name)
                if (named or column.startswith('Top-')) and value is not None:
                    column = column[len(name):] if named else column
                    metrics[_metric(column, mixed)] = _mean(value)
        if metrics:
            found.append(
                dict(
                    Dataset=DATA_SETS.get(name, name),
                    Task='Action Recognition',
                    Metrics=metrics))
    return found


def protocol_results(test: Entry) -> List[Entry]:
    """Returns the paper's figures of a protocol's config.

    Args:
        test: the config's ``test_cfg``, of ProtocolTestLoop.
    """
    table = read_paper('results')[test['protocol']]
    rows = [
        row for row in table['rows']
        if row['method'].rstrip('†') == test.get('method', 'TC-CLIP')
    ]
    if len({row['llm'] for row in rows}) == 2:
        rows = [r for r in rows if r['llm'] == test.get('rephrased', False)]
    common = test.get('common', {})
    names = [dict(common, **each)['data_set'] for each in test['test_sets']]
    return _results(table, [(row, bool(row['we'])) for row in rows],
                    [*dict.fromkeys(names)])


def ablation_results(table_name: str, row_name: str) -> List[Entry]:
    """Returns the paper's figures of a row of an ablation table.

    Tables whose protocol the paper does not state have none.

    Args:
        table_name: folder of the config.
        row_name: stem of the config.
    """
    table = read_paper('ablations')[table_name]
    details = {'zero-shot': '', 'few-shot': ' mean of 2 to 16 shots'}
    protocol = table['note'].partition("The paper's figures are ")[2]
    detail = details.get(protocol.partition(',')[0])
    if detail is None:
        return []
    columns = [
        c.replace(' (WE)', ' CLIP mixed in') + detail for c in table['columns']
    ]
    rows = [(row, False) for row in table['rows'] if row['row'] == row_name]
    return _results(
        dict(table, columns=columns), rows,
        ('HMDB-51', 'UCF-101', 'SSv2', 'K600'))


def metadata(config: Config) -> Entry:
    """Returns what a model needs and is trained on.

    Args:
        config: a config of a training.
    """
    backbone, data = config.model.backbone, config.train_dataloader.dataset
    facts: Entry = dict(
        Architecture=backbone.get('arch', backbone.type),
        Epochs=config.train_cfg.max_epochs,
        Pretrained=backbone.get('pretrained'))
    if not isinstance(facts['Architecture'], str):
        facts['Architecture'] = 'a small ViT'
    if 'num_frames' in backbone:
        facts['Frames'] = backbone.num_frames
    for hook in config.get('custom_hooks', ()):
        if hook['type'] == 'TotalBatchSizeHook':
            facts['Batch Size'] = hook['total']
    folder = data.get('data_root') or Path(data.ann_file).parent
    facts['Training Data'] = DATA_SETS[Path(folder).name]
    return facts


def model_entry(path: Path, folder: Path, systems: Sequence[str]) -> Entry:
    """Returns the entry of a config.

    Args:
        path: file of the config.
        folder: folder of all configs.
        systems: names of the collections; the config's file is named after
            one, or it belongs to TC-CLIP.
    """
    config, place = Config.fromfile(path), path.relative_to(folder)
    stems = {name.lower().replace('-', ''): name for name in systems}
    stems = {stem.replace(' ', '_'): name for stem, name in stems.items()}
    system = [stems[stem] for stem in stems if path.stem.startswith(stem)]
    entry = {
        'Name': place.with_suffix('').as_posix(),
        'Config': (folder.name / place).as_posix(),
        'In Collection': system[0] if system else 'TC-CLIP',
        'Metadata': metadata(config),
        'Modality': 'RGB'
    }
    test = config.test_cfg.to_dict()
    results: List[Entry] = []
    if place.parts[0] == 'ablations':
        results = ablation_results(place.parts[1], path.stem)
    elif 'protocol' in test and place.parts[0] != 'mix':
        results = protocol_results(test)
    return dict(entry, Results=results) if results else entry
