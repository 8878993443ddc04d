"""Keeps class names, labels and checkpoints consistent."""
from typing import Any, List, Optional

from mmaction.evaluation import AccMetric
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner

from ...datasets.preparation.name_checks import check_names
from ...datasets.video_lists import UNLABELLED
from ..recognizer import recognizer_of


@HOOKS.register_module()
class ClassNamesHook(Hook):
    """Saves the class names in checkpoints and checks labels against them.

    The names come from the head and go into the ``metainfo`` of the training
    set, which MMEngine saves as ``checkpoint['meta']['dataset_meta']`` and
    compares when it resumes. :class:`TCCLIPInferencer` reads ``classes``
    there; MMAction2's tools and its inferencer do not, they take a file of
    names.
    """

    priority = 'LOW'

    @staticmethod
    def _class_names(runner: Runner) -> Optional[List[str]]:
        """Returns the names of the model's head, if it has names."""
        return getattr(recognizer_of(runner).cls_head, 'class_names', None)

    def _check_videos(self, runner: Runner, loop: str) -> None:
        """Raises a ValueError if labels do not belong to the class names."""
        names = self._class_names(runner)
        dataset = getattr(runner, f'{loop}_dataloader').dataset
        if names is None or not hasattr(dataset, 'get_data_info'):
            return
        source = getattr(dataset, 'ann_file', None)
        videos = [dataset.get_data_info(i) for i in range(len(dataset))]
        lowest = 0 if self._needs_labels(runner, loop) else UNLABELLED
        self._check_labels(videos, names, lowest, source
                           or f'of the {loop} set')
        self._check_names(runner, videos, names, source or f'the {loop} set')

    @staticmethod
    def _check_labels(videos: List[dict], names: List[str], lowest: int,
                      source: str) -> None:
        """Raises a ValueError if a label has no class name."""
        for info in videos:
            label = info.get('label', 0)
            if isinstance(label, int) and not lowest <= label < len(names):
                reason = (
                    f'has label {label}, but there are {len(names)} class '
                    f"names: the list {source} and the head's class_names "
                    'belong to different data sets')
                if label == UNLABELLED:
                    reason = (f'in {source} has no label: only a test that '
                              'measures no accuracy takes such videos')
                raise ValueError(f'{info.get("filename")} {reason}')

    @staticmethod
    def _check_names(runner: Runner, videos: List[dict], names: List[str],
                     source: str) -> None:
        """Raises a ValueError if videos bear names of exchanged classes."""
        entries = [(str(video.get('filename', '')), video['label'])
                   for video in videos if isinstance(video.get('label'), int)
                   and video['label'] != UNLABELLED]
        warning = check_names(entries, names, f'class names of {source}')
        if warning:
            runner.logger.warning(warning)

    @staticmethod
    def _needs_labels(runner: Runner, loop: str) -> bool:
        """Returns whether a loop trains or measures accuracy."""
        if loop == 'train':
            return True
        evaluator = getattr(runner, f'{loop}_evaluator')
        return any(isinstance(m, AccMetric) for m in evaluator.metrics)

    def before_run(self, runner: Runner) -> None:
        """Gives the class names to the training set, before it resumes."""
        names = self._class_names(runner)
        if names is None or not isinstance(runner._train_loop, BaseLoop):
            return  # a test: its runner has not built the training set
        dataset: Any = runner.train_dataloader.dataset
        if isinstance(getattr(dataset, '_metainfo', None), dict):
            # `metainfo` returns a copy, and MMEngine has no way to set it
            dataset._metainfo['classes'] = list(names)

    def before_train(self, runner: Runner) -> None:
        """Checks the labels of the training and validation sets."""
        self._check_videos(runner, 'train')
        if runner.val_loop is not None:
            self._check_videos(runner, 'val')

    def before_test(self, runner: Runner) -> None:
        """Checks the labels of the test set."""
        self._check_videos(runner, 'test')

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuses to resume a training of other classes."""
        self.before_run(runner)  # FlexibleRunner loads before it
        names = self._class_names(runner) or []
        meta = checkpoint.get('meta', {}).get('dataset_meta') or {}
        trained = meta.get('classes') or []
        if runner._resume and names and trained and names != trained:
            raise ValueError(
                f'The training to resume has {len(trained)} classes from '
                f'{trained[0]!r} on, the config has {len(names)} from '
                f'{names[0]!r} on, or their order differs: give it its own '
                'class_names, or start a new training from it by load_from')

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Writes the class names into a checkpoint's meta."""
        names = self._class_names(runner)
        if names is not None:
            meta = checkpoint['meta'].setdefault('dataset_meta', {})
            checkpoint['meta']['dataset_meta'] = dict(meta, classes=names)
