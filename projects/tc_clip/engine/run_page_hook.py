"""Shows a test run as one HTML page."""
import webbrowser
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import torch
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor

from ..evaluation.ranking import Guess, best_classes
from ..models.backbones.tc_clip_vit import TCCLIPViT
from ..visualization import PageVideo, TokenRecorder, ViewRecord, write_page
from ..visualization.token_records import to_frames

_TOP_K = 5


@HOOKS.register_module()
class RunPageHook(Hook):
    """Writes what a test saw, predicted and attended to as an HTML page.

    ``tools/test.py --show-dir DIR`` turns it on and sets its options. The page
    shows the first view of a video; predictions are those of all views. Of
    several processes the first one shows the videos that it tests.

    Args:
        enable: whether to do anything.
        interval: shows every n-th video.
        out_dir: folder of the page, ``index.html``. Where a run tests several
            lists, the pages of the others are ``index_2.html`` and so on.
        show: whether to open the page in a browser at the end.
        wait_time: for MMAction2's own hook, which plays videos.
        max_videos: most videos that a page shall hold.

    Raises:
        ValueError: it is enabled without ``out_dir``.
    """

    def __init__(self,
                 enable: bool = False,
                 interval: int = 1,
                 out_dir: Optional[str] = None,
                 show: bool = False,
                 wait_time: float = 0.,
                 max_videos: int = 100) -> None:
        if enable and out_dir is None:
            raise ValueError('A page needs a folder: give tools/test.py '
                             '--show-dir DIR as well')
        self.enable = enable and is_main_process()
        self.interval, self.max_videos = interval, max_videos
        self.out_dir, self.show = Path(out_dir or ''), show
        self.videos: List[PageVideo] = []
        self.seen = self.pages = 0

    def before_test(self, runner: Runner) -> None:
        """Forgets the videos of an earlier test."""
        self.videos, self.seen = [], 0

    @torch.no_grad()
    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Keeps what shall be shown of a batch."""
        if not self.enable or data_batch is None or outputs is None:
            return
        model = runner.model
        model = model.module if is_model_wrapper(model) else model
        for views, sample in zip(data_batch['inputs'], outputs):
            if self.seen % self.interval == 0 and len(
                    self.videos) < self.max_videos:
                name = Path(sample.get('filename', str(self.seen))).name
                self.videos.append(show_video(model, name, views, sample))
            self.seen += 1

    def after_test(self, runner: Runner) -> None:
        """Writes the page and says where it is."""
        if not self.enable or not self.videos:
            return
        self.pages += 1
        number = f'_{self.pages}' if self.pages > 1 else ''
        path = (self.out_dir / f'index{number}.html').resolve()
        title = Path(runner.cfg.filename).stem
        write_page(path, title, self.videos, self._facts(runner))
        runner.logger.info(f'The page of this test: {path}')
        if self.show:
            webbrowser.open(path.as_uri())

    def _facts(self, runner: Runner) -> Dict[str, Any]:
        """Tells what was tested."""
        return dict(
            checkpoint=runner.cfg.get('load_from'),
            list=runner.test_dataloader.dataset.ann_file,
            shown=f'{len(self.videos)} of {self.seen} videos')


def show_video(model: Any, name: str, views: Tensor,
               sample: ActionDataSample) -> PageVideo:
    """Collects what a page shows of a tested video.

    Args:
        model: the recognizer.
        name: how the video shall be listed.
        views: its pixels as the pipeline gives them, ``(V, 3, T, H, W)``.
        sample: what the test says of it.
    """
    shares = sample.pred_score
    classes = getattr(model.cls_head, 'class_names',
                      None) or [str(i) for i in range(len(shares))]
    label = int(sample.gt_label[0]) if 'gt_label' in sample else -1
    guesses = [
        Guess(classes[i], share, float('nan'))
        for i, share in best_classes(shares, _TOP_K)
    ]
    truth = classes[label] if label >= 0 else None
    return PageVideo(name, record_view(model, views[:1]), guesses, truth)


def record_view(model: Any, view: Tensor) -> ViewRecord:
    """Records what the tower does with a view ``(1, 3, T, H, W)``."""
    frames = to_frames(view[0])
    if not isinstance(model.backbone, TCCLIPViT):
        return ViewRecord(frames, [])
    data = model.data_preprocessor(dict(inputs=[view], data_samples=None))
    with TokenRecorder(model.backbone) as recorder:
        model.backbone(data['inputs'][0])
    return ViewRecord(frames, recorder.maps())
