"""Reports a test class by class."""
from pathlib import Path
from typing import List, Optional, Sequence

from mmaction.registry import HOOKS
from mmengine.dist import collect_results, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...evaluation.class_report import (ScoredVideo, as_table,
                                        confusion_matrix, write_report)
from ..recognizer import recognizer_of


@HOOKS.register_module()
class ClassReportHook(Hook):
    """Logs the accuracy of each class after a test, and writes files.

    ``report/`` in the work dir gets ``classes.csv``, ``mistakes.csv`` (the
    videos that are wrong) and ``confusion.png``, the confusion matrix. Videos
    must have one label each.
    """

    def __init__(self) -> None:
        self.videos: List[ScoredVideo] = []

    def before_test_epoch(self, runner: Runner) -> None:
        """Forgets the videos of an earlier test."""
        self.videos = []

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Keeps the results of a batch."""
        for sample in outputs or ():
            share, guess = sample.pred_score.max(-1)
            self.videos.append(
                ScoredVideo(
                    sample.get('filename', ''), int(sample.gt_label),
                    int(guess), float(share)))

    def after_test_epoch(self, runner: Runner, *args: object,
                         **kwargs: object) -> None:
        """Logs and writes the report, in the first process."""
        size = len(runner.test_dataloader.dataset)
        videos = collect_results(self.videos, size, 'cpu')
        if not is_main_process() or not videos:
            return
        names = recognizer_of(runner).cls_head.class_names
        table = as_table(confusion_matrix(videos, len(names)), names)
        files = write_report(Path(runner.work_dir) / 'report', videos, names)
        wrong = sum(video.guess != video.label for video in videos)
        runner.logger.info(
            f'{wrong} of {len(videos)} videos are wrong.\n{table}\n'
            f'Written: {", ".join(map(str, files))}')
