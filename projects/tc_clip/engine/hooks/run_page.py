"""Shows a test run as one HTML page."""
import math
import webbrowser
from pathlib import Path
from typing import Any, List, NamedTuple, Optional, Sequence

from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import collect_results, get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from ...evaluation.ranking import Guess, best_classes
from ...models.backbones.tc_clip_vit import TCCLIPViT
from ...visualization import PageVideo, Tally, TokenRecorder, write_page
from ...visualization.token_records import TokenMaps, view_record
from ..recognizer import recognizer_of

_TOP_K = 5


class Tested(NamedTuple):
    """A video of a test.

    Attributes:
        labels: its labelled classes; empty if they are not known.
        best: its predicted class.
        page: the content of the page for it; None if it is not shown.
    """
    labels: List[str]
    best: str
    page: Optional[PageVideo]


@HOOKS.register_module()
class RunPageHook(Hook):
    """Writes an HTML page of a test's videos, predictions and attention.

    ``tools/test.py --show-dir DIR`` turns it on and sets its options. The page
    shows the first view of a video; predictions are computed from all views.
    Accuracy and confusion matrix are of all tested videos, also of those that
    are not shown. The first of several processes writes the videos of all.

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
        self.enable = enable
        self.interval, self.max_videos = interval, max_videos
        self.only_wrong = only_wrong
        self.checkpoint: Optional[str] = None  # else that of the config
        self.out_dir, self.show = Path(out_dir or ''), show
        self.tested: List[Tested] = []  # by this process
        self.shown = self.pages = 0
        self.recorder: Optional[TokenRecorder] = None

    def turn_on(self, out_dir: Path, checkpoint: str) -> None:
        """Shows the tests from now on.

        Args:
            out_dir: folder of the page.
            checkpoint: which weights are tested.
        """
        self.enable, self.out_dir = True, out_dir
        self.checkpoint = checkpoint

    def before_test(self, runner: Runner) -> None:
        """Forgets the videos of an earlier test, and makes the folder.

        Args:
            runner: not used.

        Raises:
            OSError: the folder cannot be made.
        """
        self.tested, self.shown = [], 0
        if self.enable:
            self.out_dir.mkdir(parents=True, exist_ok=True)

    def _number(self, i: int) -> int:
        """Returns the place in the list of the i-th video of a batch."""
        # processes take turns
        return (len(self.tested) + i) * get_world_size() + get_rank()

    def _to_show(self, batch: dict) -> List[int]:
        """Returns the places in a batch of the videos that will be shown."""
        places = [
            i for i in range(len(batch['inputs']))
            if self._number(i) % self.interval == 0
        ]
        most = math.ceil(self.max_videos / get_world_size())
        return places[:max(most - self.shown, 0)]

    def before_test_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None) -> None:
        """Starts to record if videos of the batch will be shown."""
        if not self.enable or data_batch is None:
            return
        backbone = recognizer_of(runner).backbone
        if self._to_show(data_batch) and isinstance(backbone, TCCLIPViT):
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
        shown = self._to_show(data_batch)
        tested = [
            self._tested(runner, sample, data_batch['inputs'][i], recorder, i,
                         i in shown) for i, sample in enumerate(outputs)
        ]
        self.tested += tested
        self.shown += sum(video.page is not None for video in tested)

    def _tested(self, runner: Runner, sample: ActionDataSample, views: Tensor,
                recorder: Optional[TokenRecorder], i: int,
                is_shown: bool) -> Tested:
        """Returns what the page says of the i-th video of a batch."""
        names = class_names(recognizer_of(runner).cls_head, sample)
        labels, best = labels_of(sample), int(sample.pred_score.argmax())
        page = None
        if is_shown and not (self.only_wrong and best in labels):
            # a batch holds all views of its first video, then those of the
            # next; views are (V, 3, T, H, W)
            layers = recorder.maps(i * len(views)) if recorder else []
            page = show_video(names, self._name(runner, sample, i), views[0],
                              layers, sample)
        return Tested([names[label] for label in labels], names[best], page)

    def _name(self, runner: Runner, sample: ActionDataSample, i: int) -> str:
        """Returns the name of a video in its list, or else its number."""
        name = sample.get('filename', str(self._number(i)))
        dataset = runner.test_dataloader.dataset
        folder = getattr(dataset, 'data_prefix', {}).get('video') or ''
        prefix = folder.rstrip('/') + '/'
        inside = folder and name.startswith(prefix)
        return name[len(prefix):] if inside else name

    def after_test(self, runner: Runner) -> None:
        """Writes the page and says where it is."""
        if not self.enable:
            return
        dataset = runner.test_dataloader.dataset
        tested = collect_results(self.tested, len(dataset), device='cpu')
        if tested is not None:  # only the first process has them
            self._write(runner, tested)

    def _write(self, runner: Runner, tested: Sequence[Tested]) -> None:
        """Writes the page of all processes."""
        videos = [video.page for video in tested if video.page is not None]
        if not videos:
            runner.logger.info(
                f'No page is written: none of {len(tested)} tested videos is '
                f'{"wrong" if self.only_wrong else "shown"}')
            return
        tally = Tally(classes_of(recognizer_of(runner).cls_head) or ())
        for video in tested:
            tally.add(video.labels, video.best)
        self.pages += 1
        number = f'_{self.pages}' if self.pages > 1 else ''
        path = (self.out_dir / f'index{number}.html').resolve()
        title = Path(runner.cfg.filename).stem
        videos = videos[:self.max_videos]
        header = dict(
            checkpoint=self.checkpoint or runner.cfg.get('load_from'),
            list=runner.test_dataloader.dataset.ann_file,
            shown=f'{len(videos)} of {len(tested)} videos')
        write_page(path, title, videos, header, tally)
        runner.logger.info(f'The page of this test: {path}')
        if self.show:
            webbrowser.open(path.as_uri())


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
