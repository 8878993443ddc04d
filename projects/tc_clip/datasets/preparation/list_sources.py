"""Where lists come from: official annotation, or published lists."""
from pathlib import Path
from typing import (Dict, Iterable, List, NamedTuple, Sequence, Set, Tuple,
                    Union)

from ...models.text.class_names import load_class_names
from .annotations import Entry, draw_shots, label_videos
from .checked_lists import CheckedList
from .list_specs import DataSet, ListSpec
from .name_checks import check_names, in_published_order
from .published_lists import (check_clone, check_distinct, check_published,
                              find_in_clone, read_list, subset_names)

Listed = Dict[ListSpec, List[Entry]]
Problems = Dict[ListSpec, str]


class Annotation(NamedTuple):
    """Makes lists from the official annotation of a data set.

    Attributes:
        data_set: the data set.
        folder: folder of the annotation.
        labels: folder of class names.
        seed: seed of random lists.
        as_published: whether to exchange the labels that the official lists
            exchange.
    """
    data_set: DataSet
    folder: Path
    labels: Path
    seed: int
    as_published: bool = False

    def class_names(self, spec: ListSpec) -> List[str]:
        """Returns the class names of a list."""
        return load_class_names(self.labels / f'{spec.labels}.csv')

    def find_problems(self, specs: Iterable[ListSpec]) -> Problems:
        """Returns what is wrong with lists before they are made: nothing."""
        return {}

    def entries(self, spec: ListSpec) -> List[Entry]:
        """Makes a list.

        Args:
            spec: specification of the list.

        Raises:
            FileNotFoundError: the annotation is not there.
            ValueError: the annotation has errors or too few videos.
        """
        videos = self.data_set.read(self.folder, spec.part, spec.split)
        all_names = load_class_names(self.labels /
                                     f'{self.data_set.labels}.csv')
        names = self.class_names(spec)
        if self.as_published:
            names = in_published_order(names)
        entries = label_videos(videos, names, all_names)
        if spec.shots:
            seed = f'{self.seed} {spec.draw}'
            entries = draw_shots(entries, spec.shots, seed)
        return entries


class Clone(NamedTuple):
    """Takes lists from a clone of the official repository.

    Attributes:
        root: root of the clone.
        labels: folder of class names.
        given: files of lists that are not taken from the clone, by name.
    """
    root: Path
    labels: Path
    given: Dict[str, Path]

    def class_names(self, spec: ListSpec) -> List[str]:
        """Returns the class names of a list."""
        names = load_class_names(self.labels / f'{spec.labels}.csv')
        return subset_names(self.root, spec.subset,
                            names) if spec.subset else names

    def find_problems(self, specs: Iterable[ListSpec]) -> Problems:
        """Returns what is wrong with lists before they are read.

        Args:
            specs: specifications of the lists.

        Raises:
            FileNotFoundError: the folder is not a clone.
        """
        check_clone(self.root)
        return check_distinct(specs, self.root, self.given)

    def entries(self, spec: ListSpec) -> List[Entry]:
        """Reads a list, and checks what is known of it.

        Args:
            spec: specification of the list.

        Raises:
            FileNotFoundError: the list is not there.
            ValueError: it is not the list that it should be.
        """
        file = self.given.get(spec.name) or find_in_clone(self.root, spec)
        classes = len(self.class_names(spec))
        entries = read_list(file, classes)
        check_published(entries, spec, classes, file)
        return entries


Source = Union[Annotation, Clone]


def read_lists(specs: Iterable[ListSpec],
               source: Source) -> Tuple[Listed, Problems]:
    """Reads or makes lists; an error in one leaves the others.

    Args:
        specs: specifications of the lists.
        source: where they come from.

    Returns:
        The entries of each list, and what is wrong with the other lists.
    """
    listed: Listed = {}
    problems = source.find_problems(specs)
    for spec in specs:
        try:
            if spec not in problems:
                listed[spec] = source.entries(spec)
        except (OSError, ValueError) as error:
            problems[spec] = str(error)
    return listed, problems


def check_class_names(lists: Sequence[CheckedList],
                      source: Source) -> Tuple[Set[str], Problems]:
    """Compares class names with the names of files and folders.

    Rephrased names are compared as well where they have been copied.

    Args:
        lists: lists with their videos.
        source: where the lists come from.

    Returns:
        Warnings, and what is wrong with lists that must not be used.
    """
    warnings, problems = set(), {}
    for spec, kept, _ in lists:
        rephrased = source.labels / f'llm/{spec.labels}.json'
        try:
            warnings.add(
                check_names(kept, source.class_names(spec),
                            f'{spec.labels}.csv'))
            if rephrased.is_file() and not spec.subset:
                check_names(kept, load_class_names(rephrased), f'{rephrased}')
        except ValueError as error:
            problems[spec] = str(error)
    return warnings - {''}, problems
