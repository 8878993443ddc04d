"""Counts what a model predicts for videos with labels."""
from collections import Counter
from typing import Any
from typing import Counter as Count
from typing import Dict, List, Sequence, Tuple


class Tally:
    """Counts how often each class is taken for each class.

    A video is right if its best class is one of its labels. Videos without
    labels are not counted. Those with several are counted as right or wrong,
    but not by class.

    Args:
        classes: class names in the order to show them. Others come last.
    """

    def __init__(self, classes: Sequence[str] = ()) -> None:
        self._classes = list(classes)
        self.labelled = self.right = 0
        self.pairs: Count[Tuple[str, str]] = Counter()

    def add(self, labels: Sequence[str], best: str) -> None:
        """Counts a video.

        Args:
            labels: its labelled classes; may be empty.
            best: its predicted class.
        """
        if not labels:
            return
        self.labelled += 1
        self.right += best in labels
        if len(labels) == 1:
            self.pairs[labels[0], best] += 1

    def classes(self) -> List[str]:
        """Returns the classes that occur, as label or as prediction."""
        found = {name for pair in self.pairs for name in pair}
        known = [name for name in self._classes if name in found]
        return known + sorted(found.difference(known))

    def to_dict(self) -> Dict[str, Any]:
        """Returns plain data: ``pairs`` holds label, prediction and count."""
        return dict(
            labelled=self.labelled,
            right=self.right,
            pairs=[[*pair, count] for pair, count in self.pairs.items()])
