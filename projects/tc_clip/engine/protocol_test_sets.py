"""Reads the lists of videos that a protocol tests on from a config."""
from pathlib import Path
from typing import (Any, Dict, List, Mapping, NamedTuple, Optional, Sequence,
                    Tuple)

from mmengine.config import Config

from ..datasets.pipelines import SAMPLERS, frames_and_clips, type_name
from ..evaluation.scores import RUN_KEYS
from ..models.text.class_names import load_class_names
from ..models.text.class_texts import Names
from ..models.text.descriptors import load_descriptors

# Keys of ``facts`` that the tables of a run show.
_STATED = 'frames', 'views', 'shots', 'list_seed'
_CROPS = dict(ThreeCrop=3, TenCrop=10)


class TestSet(NamedTuple):
    """A list of videos, and the class names that it is tested with.

    Attributes:
        data_set: name in the paper's tables.
        split: which list of the data set.
        videos: ``data_root`` and ``ann_file`` of the list; empty for those of
            the data loader's config.
        label_file: file of class names; None leaves the model its classes.
    """
    data_set: str
    split: str
    videos: Dict[str, str]
    label_file: Optional[str]

    @property
    def labels(self) -> Optional[str]:
        """File name of the class names, or None for the model's classes."""
        return self.label_file and Path(self.label_file).name


def make_test_set(options: Dict[str, Any], data_root: str,
                  label_file: str) -> TestSet:
    """Returns a list of videos as a config describes it.

    Args:
        options: ``data_set`` and ``split``; for a list other than the data
            loader's also ``folder`` in ``data_root`` and ``ann_file`` in that
            folder; for classes other than the model's also ``labels``.
        data_root: folder of all data sets.
        label_file: path of the class names, in which ``{labels}`` and the
            names of other options in braces are filled in.

    Raises:
        ValueError: an option is missing.
    """
    needed = ['data_set', 'split', *(['ann_file'] * ('folder' in options))]
    for key in needed:
        if key not in options:
            raise ValueError(f'the test set {dict(options)} lacks {key!r}: '
                             'add it in test_cfg.test_sets')
    videos = {}
    if 'folder' in options:
        videos = dict(
            data_root=f'{data_root}/{options["folder"]}',
            ann_file=options['ann_file'])
    path = None
    if 'labels' in options:
        try:
            path = label_file.format(**options)
        except KeyError as error:
            raise ValueError(
                f'label_file {label_file!r} names {error}, which the test set '
                f'{dict(options)} lacks: add it in test_cfg.test_sets, or '
                'correct test_cfg.label_file') from error
    return TestSet(options['data_set'], str(options['split']), videos, path)


def make_test_sets(test_sets: Sequence[Dict], common: Optional[Dict],
                   data_root: str, label_file: str) -> List[TestSet]:
    """Returns the lists of a protocol, see :func:`make_test_set`.

    Args:
        test_sets: options of each list.
        common: options of all lists.
        data_root: folder of all data sets.
        label_file: template of the path of the class names.

    Raises:
        ValueError: there is no list, or one lacks an option.
    """
    if not test_sets:
        raise ValueError('test_cfg.test_sets is empty: name a list to test on')
    lists = [
        make_test_set(dict(common or {}, **options), data_root, label_file)
        for options in test_sets
    ]
    if len({test_set.label_file is None for test_set in lists}) > 1:
        raise ValueError('some lists of test_cfg.test_sets name labels and '
                         "others use the model's classes: give all lists "
                         'labels, or none')
    return lists


def read_class_names(test_sets: Sequence[TestSet]) -> Dict[str, List[str]]:
    """Reads each file of class names once; returns names by file."""
    files = {t.label_file for t in test_sets if t.label_file is not None}
    return {file: load_class_names(file) for file in sorted(files)}


def read_descriptors(
        class_names: Mapping[str, Sequence[str]],
        files: Mapping[str, str]) -> Dict[str, Dict[str, List[List[str]]]]:
    """Reads the descriptors of the classes of each list.

    Args:
        class_names: output of :func:`read_class_names`.
        files: for each kind of descriptors the path of a file, in which
            ``{labels}`` stands for the file name of the class names without
            its suffix.

    Returns:
        Descriptors by kind, for each file of names.
    """
    return {
        names:
        load_descriptors(
            {
                kind: file.replace('{labels}',
                                   Path(names).stem)
                for kind, file in files.items()
            }, len(class_names[names]))
        for names in class_names
    }


def classes_differ(cls_head: Any, class_names: Names, rephrased: bool) -> str:
    """Says how the classes of a model differ from those of a table.

    Args:
        cls_head: head of the model.
        class_names: names that the table means, or a file of them.
        rephrased: whether the model may have as many other names.

    Returns:
        The difference; empty if there is none.
    """
    wanted = load_class_names(class_names)
    if cls_head.num_classes != len(wanted):
        return f'{cls_head.num_classes} classes, not {len(wanted)}'
    names = getattr(cls_head, 'class_names', wanted)
    if rephrased or names == wanted:
        return ''
    ours, theirs = next(
        pair for pair in zip(names, wanted) if pair[0] != pair[1])
    return f'the class name {ours!r}, not {theirs!r}'


def labels_of_model(config: Config) -> str:
    """Returns the file of the class names in a model's config.

    Args:
        config: config of the run.

    Returns:
        File name, or ``'config'`` where the names are in no file.
    """
    head = config.get('model', {}).get('cls_head', {})
    names = head.get('class_names')
    return Path(names).name if isinstance(names, str) else 'config'


def split_facts(facts: Dict[str, Any]) -> Tuple[Dict[str, Any], Dict]:
    """Splits facts into those that tables show and all others.

    Args:
        facts: option of ProtocolTestLoop.

    Raises:
        ValueError: a fact has the name of an option or of a result.
    """
    stated = {key: facts[key] for key in _STATED if key in facts}
    others = {key: v for key, v in facts.items() if key not in stated}
    taken = [key for key in others if key in RUN_KEYS]
    if taken:
        raise ValueError(f'test_cfg.facts cannot set {", ".join(taken)}: that '
                         'is an option of the loop or a result of the test')
    return stated, others


def frames_and_views(pipeline: Sequence[Dict]) -> Tuple[int, str]:
    """Reads the numbers of frames and views from a pipeline's config.

    Args:
        pipeline: steps, one of them in ``pipelines.SAMPLERS``.

    Returns:
        Frames of a view, and views as ``'clips x crops'``.

    Raises:
        ValueError: no step is a sampler that is known here.
    """
    names = [type_name(step) for step in pipeline]
    sampled = frames_and_clips(pipeline)
    if sampled is None:
        raise ValueError(
            f'the steps {", ".join(names) or "(none)"} of the test pipeline '
            f'do not set frames and views, as {", ".join(SAMPLERS)} do: state '
            "them, for example test_cfg.facts=dict(frames=16, views='4x3')")
    crops = max(_CROPS.get(name, 1) for name in names)
    return sampled[0], f'{sampled[1]}x{crops}'
