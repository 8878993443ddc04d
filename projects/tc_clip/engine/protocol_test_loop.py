"""Testing on all data sets of a protocol with one model."""
import copy
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from mmaction.registry import LOOPS
from mmengine.dist import is_main_process
from mmengine.evaluator import DumpResults
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner, TestLoop

from ..clip.ensemble import WeightEnsemble
from ..evaluation.protocol_table import Result, summarise, to_markdown


def frames_and_views(pipeline: Sequence[Dict]) -> Tuple[int, str]:
    """Reads off a pipeline's config what a model sees of a video.

    Returns:
        Frames of a view, and views as ``'clips x crops'``.
    """
    steps = {step['type']: step for step in pipeline}
    sample = steps['SegmentSample']
    crops = 3 if 'ThreeCrop' in steps else 1
    return sample['num_frames'], f'{sample.get("num_views", 1)}x{crops}'


@LOOPS.register_module()
class ProtocolTestLoop(TestLoop):
    """Tests one model on every list of a protocol, each with its classes.

    Logs the row of the paper's table, and writes all figures to
    ``protocol_results.json`` and ``.md`` in the run's folder of logs. A file
    given by ``tools/test.py --dump`` becomes one file for each list.

    Args:
        runner: the runner.
        dataloader: config of the data loader.
        evaluator: config of the evaluator, with an AccMetric.
        protocol: name of the protocol, for tables.
        test_sets: for each list ``data_set`` and ``split`` (as in the table);
            where they are not the data loader's own, also ``folder`` in
            ``data_root``, ``ann_file`` in that folder and ``labels``, the
            stem of the file of class names. Lists of a data set stand
            together.
        data_root: folder of all data sets.
        label_file: path of class names, with ``{labels}`` and ``{split}`` in
            the places of these.
        common: what all lists share of the above.
        clip_shares: shares of CLIP's weights to test with, see
            :class:`WeightEnsemble`.
        method: name of the model, for tables.
        facts: what else shall stand in the json file, such as ``shots``.
        fp16: see MMEngine's TestLoop.

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
                 common: Optional[Dict] = None,
                 clip_shares: Sequence[float] = (0., ),
                 method: str = 'TC-CLIP',
                 facts: Optional[Dict] = None,
                 fp16: bool = False) -> None:
        self.template = dataloader
        self.data_root, self.label_file = data_root, label_file
        self.test_sets = [dict(common or {}, **own) for own in test_sets]
        self.clip_shares = clip_shares
        super().__init__(runner, self._loader_config(self.test_sets[0]),
                         evaluator, fp16)
        frames, views = frames_and_views(dataloader['dataset']['pipeline'])
        self.facts = dict(
            protocol=protocol,
            method=method,
            config=runner.cfg.filename,
            checkpoint=runner.cfg.get('load_from'),
            seed=runner.seed,
            frames=frames,
            views=views,
            **(facts or {}))
        self.dumps = [(metric, Path(metric.out_file_path))
                      for metric in self.evaluator.metrics
                      if isinstance(metric, DumpResults)]

    @property
    def model(self) -> Any:
        """The recognizer, without what wraps it for several processes."""
        model = self.runner.model
        return model.module if is_model_wrapper(model) else model

    def _loader_config(self, test_set: Dict) -> Dict:
        """Returns the data loader's config for a list."""
        config = copy.deepcopy(self.template)
        if 'folder' in test_set:
            folder = f'{self.data_root}/{test_set["folder"]}'
            config['dataset'].update(
                data_root=folder, ann_file=test_set['ann_file'])
        return config

    def _use_classes(self, test_set: Dict) -> str:
        """Gives the model the classes of a list; returns where they stand."""
        if 'labels' in test_set:
            labels = self.label_file.format(**test_set)
            self.model.set_classes(labels)
        else:
            labels = self.runner.cfg.model.cls_head.class_names
        return Path(labels).name if isinstance(labels, str) else 'config'

    def _test(self, test_set: Dict, clip_share: float) -> Dict:
        """Tests on one list; returns an entry of the json file."""
        labels = self._use_classes(test_set)
        self.dataloader = self.runner.build_dataloader(
            self._loader_config(test_set), seed=self.runner.seed)
        name = f'{test_set["data_set"]}_{test_set["split"]}_{clip_share}'
        for metric, path in self.dumps:
            metric.out_file_path = str(path.with_stem(f'{path.stem}_{name}'))
        metrics = super().run()
        return dict(
            clip_share=clip_share,
            data_set=test_set['data_set'],
            split=test_set['split'],
            labels=labels,
            videos=len(self.dataloader.dataset),
            top1=100 * metrics['acc/top1'],
            top5=100 * metrics['acc/top5'])

    def run(self) -> Dict[str, float]:
        """Tests on all lists.

        Returns:
            Every cell of the table's rows, in percent.
        """
        ensemble = WeightEnsemble(self.model) if any(
            self.clip_shares) else None
        results: List[Dict] = []
        rows = {}
        for share in self.clip_shares:
            with ensemble.use(share) if ensemble else nullcontext():
                own = [self._test(s, share) for s in self.test_sets]
            results += own
            rows[f'{self.facts["method"]}, {share:.0%} CLIP'] = summarise([
                Result(r['data_set'], r['split'], r['top1'], r['top5'])
                for r in own
            ])
        self._report(results, to_markdown(rows))
        return {
            f'{row}: {column}': cell.mean
            for row, cells in rows.items()
            for column, cell in cells.items()
        }

    def _report(self, results: List[Dict], table: str) -> None:
        """Logs the table and writes the files."""
        self.runner.logger.info(f'\n{table}')
        if is_main_process():
            folder = Path(self.runner.log_dir)
            (folder / 'protocol_results.md').write_text(f'{table}\n')
            (folder / 'protocol_results.json').write_text(
                json.dumps(dict(self.facts, results=results), indent=2) + '\n')
