"""Shows a test run as one HTML page."""
import webbrowser
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from ...evaluation.ranking import Guess, best_classes
from ...models.backbones.tc_clip_vit import TCCLIPViT
from ...visualization import PageVideo, Tally, TokenRecorder, write_page
from ...visualization.token_records import TokenMaps, view_record
from ..recognizer import recognizer_of

_TOP_K = 5


@HOOKS.register_module()
class RunPageHook(Hook):
    """Writes an HTML page of a test's videos, predictions and attention.

    ``tools/test.py --show-dir DIR`` turns it on and sets its options. The page
    shows the first view of a video; predictions are computed from all views.
    Accuracy and confusion matrix are of all tested videos, also of those that
    are not shown. Of several processes only the first one writes a page, with
    the videos that it tests.

    Args:
        enable: whether to do anything.
        interval: shows every n-th video, at least 1.
        out_dir: folder of the page, ``index.html``. Where a run tests several
            lists, the pages of the others are ``index_2.html`` and so on.
        show: whether to open the page in a browser at the end.
        wait_time: not used; MMAction2's hook, which plays videos, has it.
        max_videos: largest number of videos on a page, at least 1.
        only_wrong: shows only videos whose best class is none of their labels.

    Raises:
        ValueError: it is enabled without ``out_dir``, or ``interval`` or
            ``max_videos`` is below 1.
    """

    def __init__(self,
                 enable: bool = False,
                 interval: int = 1,
                 out_dir: Optional[str] = None,
                 show: bool = False,
                 wait_time: float = 0.,
                 max_videos: int = 100,
                 only_wrong: bool = False) -> None:
        if enable and out_dir is None:
            raise ValueError('A page needs a folder: give tools/test.py '
                             '--show-dir DIR as well')
        for name, value in dict(
                interval=interval, max_videos=max_videos).items():
            if value < 1:
                raise ValueError(f'{name}={value} of the page must be 1 or '
                                 'more; enable=False writes no page')
        self.enable = enable and is_main_process()
        self.interval, self.max_videos = interval, max_videos
        self.only_wrong = only_wrong
        self.checkpoint: Optional[str] = None  # else that of the config
        self.out_dir, self.show = Path(out_dir or ''), show
        self.videos: List[PageVideo] = []
        self.tally = Tally()
        self.seen = self.pages = 0
        self.recorder: Optional[TokenRecorder] = None

    def turn_on(self, out_dir: Path, checkpoint: str) -> None:
        """Shows the tests from now on.

        Args:
            out_dir: folder of the page.
            checkpoint: which weights are tested.
        """
        self.enable, self.out_dir = is_main_process(), out_dir
        self.checkpoint = checkpoint

    def before_test(self, runner: Runner) -> None:
        """Forgets the videos of an earlier test."""
        self.videos, self.seen = [], 0
        self.tally = Tally(classes_of(recognizer_of(runner).cls_head) or ())

    def _shown(self, batch: dict) -> List[int]:
        """Returns the places in a batch of the videos that will be shown."""
        places = [
            i for i in range(len(batch['inputs']))
            if (self.seen + i) % self.interval == 0
        ]
        return places[:max(self.max_videos - len(self.videos), 0)]

    def before_test_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None) -> None:
        """Starts to record if videos of the batch will be shown."""
        if not self.enable or data_batch is None:
            return
        backbone = recognizer_of(runner).backbone
        if self._shown(data_batch) and isinstance(backbone, TCCLIPViT):
            self.recorder = TokenRecorder(backbone).__enter__()

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Keeps the videos of a batch that will be shown."""
        recorder, self.recorder = self.recorder, None
        if recorder is not None:
            recorder.__exit__()
        if not self.enable or data_batch is None or outputs is None:
            return
        head = recognizer_of(runner).cls_head
        shown = self._shown(data_batch)
        for i, sample in enumerate(outputs):
            labels, best = labels_of(sample), int(sample.pred_score.argmax())
            names = class_names(head, sample)
            self.tally.add([names[label] for label in labels], names[best])
            if i not in shown or (self.only_wrong and best in labels):
                continue
            views = data_batch['inputs'][i]  # (V, 3, T, H, W)
            # a batch holds all views of its first video, then those of the
            # next
            layers = recorder.maps(i * len(views)) if recorder else []
            self.videos.append(
                show_video(names, self._name(runner, sample, i), views[0],
                           layers, sample))
        self.seen += len(outputs)

    def _name(self, runner: Runner, sample: ActionDataSample, i: int) -> str:
        """Returns the name of a video in its list, or else its number."""
        name = sample.get('filename', str(self.seen + i))
        dataset = runner.test_dataloader.dataset
        folder = getattr(dataset, 'data_prefix', {}).get('video') or ''
        prefix = folder.rstrip('/') + '/'
        inside = folder and name.startswith(prefix)
        return name[len(prefix):] if inside else name

    def after_test(self, runner: Runner) -> None:
        """Writes the page and says where it is."""
        if not self.enable:
            return
        if not self.videos:
            runner.logger.info(
                f'No page is written: none of {self.seen} tested videos is '
                f'{"wrong" if self.only_wrong else "shown"}')
            return
        self.pages += 1
        number = f'_{self.pages}' if self.pages > 1 else ''
        path = (self.out_dir / f'index{number}.html').resolve()
        title = Path(runner.cfg.filename).stem
        write_page(path, title, self.videos, self._header(runner), self.tally)
        runner.logger.info(f'The page of this test: {path}')
        if self.show:
            webbrowser.open(path.as_uri())

    def _header(self, runner: Runner) -> Dict[str, Any]:
        """Returns the checkpoint, the list and the number of shown videos."""
        processes = get_world_size()
        part = f', of the first of {processes} processes'
        return dict(
            checkpoint=self.checkpoint or runner.cfg.get('load_from'),
            list=runner.test_dataloader.dataset.ann_file,
            shown=f'{len(self.videos)} of {self.seen} videos' + part *
            (processes > 1))


def labels_of(sample: ActionDataSample) -> List[int]:
    """Returns the classes of a tested video; none if it has no label.

    Args:
        sample: the result of the test, whose label is a number, or 0 or 1 for
            each class where videos have several labels.
    """
    label = sample.get('gt_label')
    if label is None or len(label) > 1:
        return [] if label is None else label.nonzero()[:, 0].tolist()
    return [int(label)] if int(label) >= 0 else []


def classes_of(head: Any) -> Optional[List[str]]:
    """Returns the class names of a head; None if it has none.

    Args:
        head: head of a recognizer.
    """
    return getattr(head, 'class_names', None)


def class_names(head: Any, sample: ActionDataSample) -> List[str]:
    """Returns the names of all classes, or else their numbers.

    Args:
        head: head of the recognizer.
        sample: a result of the test.
    """
    numbers = [str(i) for i in range(len(sample.pred_score))]
    return classes_of(head) or numbers


def show_video(names: Sequence[str], name: str, view: Tensor,
               layers: List[TokenMaps], sample: ActionDataSample) -> PageVideo:
    """Collects the content of a page for a tested video.

    Args:
        names: names of all classes.
        name: how the video is listed.
        view: pixels of its first view, ``(3, T, H, W)``.
        layers: token maps of this view.
        sample: the result of the test for the video.
    """
    guesses = [
        Guess(names[i], share, float('nan'))
        for i, share in best_classes(sample.pred_score, _TOP_K)
    ]
    labels = [names[i] for i in labels_of(sample)]
    return PageVideo(name, view_record(view, layers, sample), guesses, labels)
