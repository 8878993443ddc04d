"""Tests one model on all data sets of a protocol."""
import copy
import logging
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Union

from mmaction.evaluation import AccMetric
from mmaction.registry import LOOPS
from mmengine.dist import is_main_process
from mmengine.evaluator import DumpResults, Evaluator
from mmengine.logging import print_log
from mmengine.runner import Runner, TestLoop

from ..clip.ensemble import WeightEnsemble
from ..evaluation import Score, as_markdown, check_list, our_rows, write_scores
from ..evaluation.result_files import RESULTS
from ..evaluation.tables import percentage, row_name
from ..files import write_text
from ..models.text.class_texts import Names
from .hooks.broken_videos import broken_videos_of
from .protocol_test_sets import (TestSet, classes_differ, frames_and_views,
                                 labels_of_model, make_test_sets,
                                 read_class_names, read_descriptors,
                                 split_facts)
from .recognizer import recognizer_of


def percent(metrics: Dict[str, float], name: str) -> float:
    """Returns an accuracy of AccMetric in percent.

    Args:
        metrics: output of the evaluator.
        name: ``'top1'`` or ``'top5'``.

    Raises:
        ValueError: it was not measured.
    """
    if f'acc/{name}' not in metrics:
        raise ValueError(
            f"the test measured {', '.join(metrics) or 'nothing'}, but not "
            f"'acc/{name}': use test_evaluator=dict(type='AccMetric')")
    return 100 * float(metrics[f'acc/{name}'])


def has_accuracy(evaluator: Evaluator) -> bool:
    """Returns whether one of an evaluator's metrics is an AccMetric."""
    return any(isinstance(metric, AccMetric) for metric in evaluator.metrics)


def why_no_table(evaluator: Evaluator, model: Any,
                 class_names: Optional[Names], rephrased: bool) -> str:
    """Returns why a test gives no row of a table; empty if it gives one.

    Args:
        evaluator: evaluator of the test.
        model: the recognizer.
        class_names: names that the table means, see ProtocolTestLoop.
        rephrased: see ProtocolTestLoop.
    """
    if not has_accuracy(evaluator):
        return 'test_evaluator has no AccMetric'
    if class_names is None:
        return ''
    difference = classes_differ(model.cls_head, class_names, rephrased)
    return difference and f'The model has {difference}'


def name_dumps(evaluator: Evaluator, suffix: str) -> None:
    """Adds a suffix to the names of the files that an evaluator dumps."""
    for metric in evaluator.metrics:
        if isinstance(metric, DumpResults):
            path = Path(metric.out_file_path)
            metric.out_file_path = str(path.with_stem(f'{path.stem}_{suffix}'))


@LOOPS.register_module()
class ProtocolTestLoop(TestLoop):
    """Tests one model on every list of a protocol, each with its classes.

    Logs the row of the paper's table, and writes all figures to
    ``protocol_results.json`` and ``.md`` in the run's folder of logs. A file
    given by ``tools/test.py --dump`` becomes one file for each list and share
    of CLIP's weights, if there are several.

    In two cases it is MMEngine's TestLoop, which tests on the list of the data
    loader with the model's classes, without a table: where the evaluator has
    no AccMetric, as with tools of MMAction2 that write their evaluator into
    the config; and where the model has other classes than the table means,
    because a config for own videos inherits from one of a protocol.

    Args:
        runner: the runner.
        dataloader: config of the data loader.
        evaluator: config of the evaluator.
        protocol: key in ``evaluation.PROTOCOLS``.
        test_sets: for each list its ``data_set`` and ``split``, as in the
            table. A list other than the data loader's also has ``folder`` in
            ``data_root``, ``ann_file`` in that folder and ``labels``, the
            stem of the file of class names. Texts are encoded once for lists
            with the same classes that follow each other.
        data_root: folder of all data sets.
        label_file: path of class names, in which ``{labels}`` and ``{split}``
            are filled in.
        descriptor_files: for models that describe classes by descriptors, the
            path of each kind of them, in which ``{labels}`` is filled in.
        common: options of ``test_sets`` that all lists share.
        class_names: the names that the table means, or a file of them, where
            ``test_sets`` have no ``labels``.
        clip_shares: shares of CLIP's weights to test with, see
            :class:`WeightEnsemble`.
        method: name of the model, for tables.
        rephrased: whether a language model rephrased the class names.
        facts: further metadata of the run: ``shots`` (few-shot),
            ``list_seed``, other keys for the JSON file, and ``frames`` and
            ``views`` if the pipeline does not set them.
        fp16: see MMEngine's TestLoop.

    Raises:
        ValueError: a list has no cell in the protocol's table, or its options
            are incomplete.

    Example:
        >>> test_cfg = dict(
        ...     type='ProtocolTestLoop', protocol='zero_shot',
        ...     data_root='data', label_file='configs/labels/{labels}.csv',
        ...     test_sets=[dict(data_set='HMDB-51', split='1', folder='hmdb51',
        ...                     ann_file='val_split1.txt', labels='hmdb_51')])
    """

    def __init__(self,
                 runner: Runner,
                 dataloader: Dict,
                 evaluator: Union[Dict, List],
                 protocol: str,
                 test_sets: Sequence[Dict],
                 data_root: str = 'data',
                 label_file: str = '{labels}',
                 descriptor_files: Optional[Dict[str, str]] = None,
                 common: Optional[Dict] = None,
                 class_names: Optional[Names] = None,
                 clip_shares: Sequence[float] = (0., ),
                 method: str = 'TC-CLIP',
                 rephrased: bool = False,
                 facts: Optional[Dict] = None,
                 fp16: bool = False) -> None:
        self._evaluator_template = evaluator
        reason = why_no_table(
            runner.build_evaluator(copy.deepcopy(evaluator)),
            recognizer_of(runner), class_names, rephrased)
        self.has_table = not reason
        if reason:
            print_log(
                f'{reason}: the test is on the list of test_dataloader only, '
                f'and gives no row of the table {protocol!r}',
                logger='current',
                level=logging.WARNING)
            super().__init__(runner, dataloader, evaluator, fp16)
            return
        stated, self.metadata = split_facts(facts or {})
        self.protocol, self.method = protocol, method
        self.clip_shares, self.rephrased = clip_shares, rephrased
        self.test_sets = make_test_sets(test_sets, common, data_root,
                                        label_file)
        for test_set in self.test_sets:
            check_list('test_cfg', protocol, test_set.data_set, test_set.split,
                       stated.get('shots'))
        self.class_names = read_class_names(self.test_sets)
        self.descriptors = read_descriptors(self.class_names, descriptor_files
                                            or {})
        self._names_of_model: Optional[List[str]] = None
        self._loader_template = dataloader
        self._loaded = self.test_sets[0]
        self.stated = self._with_frames_and_views(stated)
        super().__init__(runner, self._loader_config(self._loaded), evaluator,
                         fp16)

    @property
    def model(self) -> Any:
        """The recognizer, without its wrapper for several processes."""
        return recognizer_of(self.runner)

    def _with_frames_and_views(self, stated: Dict[str, Any]) -> Dict[str, Any]:
        """Adds frames and views of the pipeline where they are not stated."""
        if {'frames', 'views'} <= stated.keys():
            return stated
        frames, views = frames_and_views(self._loader_template['dataset'].get(
            'pipeline', ()))
        return {'frames': frames, 'views': views, **stated}

    def _loader_config(self, test_set: TestSet) -> Dict:
        """Returns the data loader's config for a list."""
        config = copy.deepcopy(self._loader_template)
        config['dataset'].update(test_set.videos)
        return config

    def _use_classes(self, test_set: TestSet) -> None:
        """Gives the model the classes of a list, unless it has them.

        New classes make the head forget the texts that it has encoded.
        """
        if test_set.label_file is None:
            return
        names = self.class_names[test_set.label_file]
        if names != self._names_of_model:
            self.model.set_classes(
                names, descriptors=self.descriptors[test_set.label_file])
            self._names_of_model = names

    def _use_videos(self, test_set: TestSet) -> None:
        """Builds the data loader of a list, unless it is the current one."""
        if test_set != self._loaded:
            self.dataloader = self.runner.build_dataloader(
                self._loader_config(test_set), seed=self.runner.seed)
            self._loaded = test_set

    def _use_evaluator(self, suffix: str) -> None:
        """Builds the evaluator; one dump of several gets the suffix."""
        self.evaluator = self.runner.build_evaluator(
            copy.deepcopy(self._evaluator_template))
        if len(self.test_sets) * len(self.clip_shares) > 1:
            name_dumps(self.evaluator, suffix)
        self.evaluator.dataset_meta = getattr(self.dataloader.dataset,
                                              'metainfo', None)

    def _test(self, test_set: TestSet, clip_share: float) -> Score:
        """Tests on one list with the present weights."""
        self._use_classes(test_set)
        self._use_videos(test_set)
        self._use_evaluator(
            f'{test_set.data_set}_{test_set.split}_{clip_share}')
        metrics = super().run()
        return Score(
            file=Path(self.runner.log_dir, RESULTS),
            protocol=self.protocol,
            method=self.method,
            config=self.runner.cfg.filename,
            checkpoint=self.runner.cfg.get('load_from'),
            seed=self.runner.seed,
            clip_share=clip_share,
            data_set=test_set.data_set,
            split=test_set.split,
            labels=test_set.labels or labels_of_model(self.runner.cfg),
            videos=len(self.dataloader.dataset),
            top1=percent(metrics, 'top1'),
            top5=percent(metrics, 'top5'),
            rephrased=self.rephrased,
            broken=broken_videos_of(self.runner),
            **self.stated)

    def run(self) -> Dict[str, float]:
        """Tests on all lists.

        Returns:
            The percentages of the table's rows; missing ones are left out. The
            metrics of an evaluator without AccMetric, as they are.
        """
        if not self.has_table:
            return super().run()
        ensemble = WeightEnsemble(self.model) if any(
            self.clip_shares) else None
        scores: List[Score] = []
        self._names_of_model = None
        for share in self.clip_shares:
            with ensemble.use(share) if ensemble else nullcontext():
                scores += [self._test(t, share) for t in self.test_sets]
        self._report(scores)
        return {
            f'{row_name(row.labels)}: {column}': percentage(value)[0]
            for row in our_rows(self.protocol, scores)
            for column, value in row.values.items()
            if value is not None and not isinstance(value, str)
        }

    def _report(self, scores: List[Score]) -> None:
        """Logs the table and writes the files."""
        page = as_markdown(self.protocol, scores)
        self.runner.logger.info(f'\n{page}')
        if is_main_process():
            write_scores(scores, self.metadata)
            write_text(scores[0].file.with_suffix('.md'), page)
