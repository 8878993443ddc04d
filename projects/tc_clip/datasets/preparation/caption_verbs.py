"""Finds the verbs of a list in captions, by their regular forms."""
import re
from typing import Dict, List, Sequence, Set, Tuple

Words = Tuple[str, ...]


def words_of(text: str) -> Words:
    """Returns the words of a text in lower case.

    Args:
        text: such as a caption.
    """
    return tuple(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower()))


def _stems(verb: str) -> Set[str]:
    """Returns what stands before -ing and -ed in verbs without an e."""
    if not re.search(r'[^aeiou][aeiou][^aeiouwxy]$', verb):
        return {verb}
    doubled = verb + verb[-1]
    is_short = re.match(r'[^aeiou]*[aeiou].$', verb)
    return {doubled} if is_short else {verb, doubled}


def forms_of(verb: str) -> Set[str]:
    """Returns a verb and its regular forms with -s, -ing and -ed.

    A consonant after one vowel is doubled in words of one syllable
    ("stopping"). In longer words the stress decides, which is not known: they
    get both forms ("opening", "openning").

    Args:
        verb: a word in lower case, such as ``'run'``.

    Example:
        >>> sorted(forms_of('make'))
        ['make', 'maked', 'makes', 'making']
    """
    stems = _stems(verb)
    third = re.sub(r'([^aeiou])y$', r'\1ie', verb)
    if re.search(r'(s|x|z|ch|sh|o)$', verb):
        third += 'e'
    past = {re.sub(r'([^aeiou])y$', r'\1i', stem) + 'ed' for stem in stems}
    if verb.endswith('e'):
        past = {f'{verb}d'}
    ing = {stem + 'ing' for stem in stems}
    if verb.endswith('ie'):
        ing = {f'{verb[:-2]}ying'}
    elif re.search(r'[^eoy]e$', verb):
        ing = {f'{verb[:-1]}ing'}
    return {verb, f'{third}s', *past, *ing}


class CaptionVerbs:
    """Finds verbs in captions.

    How official MAXI takes verbs out of captions is not published. Here they
    are those of a list, so that no tagger is needed: a caption has a verb if
    it has one of its regular forms. Irregular forms and phrases ("fell", "push
    up") can be lines of the list; in a phrase the first word may have another
    form.

    Args:
        verbs: verbs or phrases.
    """

    def __init__(self, verbs: Sequence[str]) -> None:
        self._verb_of: Dict[Words, str] = {}
        for verb in verbs:
            first, *rest = words_of(verb) or ('', )
            for form in sorted(forms_of(first)) if first else ():
                self._verb_of.setdefault((form, *rest), verb)
        for verb in verbs:  # a line itself, rather than another one's form
            self._verb_of[words_of(verb)] = verb
        self._longest = max(map(len, self._verb_of), default=0)

    def __call__(self, caption: str) -> List[str]:
        """Returns the verbs of a caption in their order, each once.

        Of phrases that begin with the same word, the longest counts.

        Args:
            caption: a sentence.
        """
        words = words_of(caption)
        found = []
        for i in range(len(words)):
            runs = (words[i:i + n] for n in range(self._longest, 0, -1))
            verb = next((self._verb_of[run]
                         for run in runs if run in self._verb_of), None)
            if verb is not None:
                found.append(verb)
        return [*dict.fromkeys(found)]
