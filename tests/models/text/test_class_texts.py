"""From class names to token ids, short texts first."""
import pytest
import torch

from projects.tc_clip.models.text import class_texts

TEXTS = ['ski jumping in the snow', 'run', 'a cartwheel', 'swim', 'run']


@pytest.mark.parametrize('name, options, wanted', [
    ('ski_jump', {}, 'ski jump'),
    ('ski_jump', dict(split_underscores=False), 'ski_jump'),
    ('ApplyLipstick', {}, 'ApplyLipstick'),
    ('ApplyLipstick', dict(split_camel_case=True), ' Apply Lipstick'),
])
def test_readable_names(name, options, wanted):
    assert class_texts.readable_name(name, **options) == wanted


def test_ids_are_those_of_the_tokenizer_without_padding():
    tokens = class_texts.tokenize_classes(
        TEXTS, num_before=5, context_length=77)
    tokenizer = class_texts.clip_tokenizer()
    rows = torch.split(tokens.ids,
                       [n for count, n in tokens.runs for _ in range(count)])
    wanted = [[*tokenizer.encode(text), tokenizer.eot_token_id]
              for text in TEXTS]
    assert [rows[i].tolist() for i in tokens.text_of_class] == wanted
    # 'run' is there once, and every length has one run
    assert len(rows) == 4
    lengths = [n for _, n in tokens.runs]
    assert lengths == sorted({*map(len, wanted)})


def test_a_text_may_fill_all_positions_but_no_more():
    length = len(class_texts.clip_tokenizer().encode(TEXTS[0])) + 1
    class_texts.tokenize_classes(TEXTS, 5, 5 + length)
    with pytest.raises(
            ValueError,
            match=f"'{TEXTS[0]}' takes {5 + length} of {4 + length} posit"):
        class_texts.tokenize_classes(TEXTS, 5, 4 + length)


def test_wordings_are_templates_or_files_of_as_many_names(tmp_path):
    names = ['run', 'swim']
    assert class_texts.reworded(names,
                                'to {} {}') == ['to run run', 'to swim swim']
    file = tmp_path / 'others.txt'
    file.write_text('jog\ncrawl')
    assert class_texts.reworded(names, str(file)) == ['jog', 'crawl']
    with pytest.raises(ValueError, match='has 2 names for 3 classes'):
        class_texts.reworded([*names, 'sit'], str(file))
    with pytest.raises(ValueError, match=r"'to run' is no.* has no \{\}"):
        class_texts.reworded(names, 'to run')


def test_prompt_words_are_as_many_tokens_as_vectors():
    assert class_texts.prompt_ids(
        'a photo of a',
        4) == class_texts.clip_tokenizer().encode('a photo of a')
    assert len(class_texts.prompt_ids('a photo of a',
                                      0)) == 4  # the words stay words
    with pytest.raises(ValueError, match='has 4 tokens but num_prompts=3'):
        class_texts.prompt_ids('a photo of a', 3)


@pytest.mark.parametrize('size', [1, 2, 5, 6, 9])
def test_chunks_hold_every_class_once_and_none_too_many(size):
    groups = ((3, 2), (1, 5), (4, 7))
    chunks = [*class_texts.chunk_runs(groups, size)]
    counts = [sum(c for c, _ in chunk) for chunk in chunks]
    assert counts[:-1] == [size] * (len(counts) - 1) and counts[-1] <= size
    for length, total in ((2, 3), (5, 1), (7, 4)):
        assert total == sum(c for chunk in chunks for c, n in chunk
                            if n == length)


def test_suffixes_are_arranged_from_name_and_full_stop():
    calls = []

    def arrange(i, name, rest):
        calls.append((i, name, rest))
        return [*name, -1 - i, *rest]

    encode, eot = class_texts.clip_tokenizer(
    ).encode, class_texts.clip_tokenizer().eot_token_id
    tokens = class_texts.tokenize_classes(['run', 'ski jump', 'run'], 1, 77,
                                          '.', arrange)
    run, ski, stop = encode('run'), encode('ski jump'), encode('.')
    assert calls == [(0, run, [*stop, eot]), (1, ski, [*stop, eot]),
                     (2, run, [*stop, eot])]
    # equal names are no equal texts, if something else differs
    assert tokens.ids.tolist() == [
        *run, -1, *stop, eot, *run, -3, *stop, eot, *ski, -2, *stop, eot
    ]
    assert tokens.text_of_class.tolist() == [0, 2, 1]


@pytest.mark.parametrize('chosen', [[0], [3, 0, 4, 0], [2, 2], [*range(5)]])
def test_some_texts_are_those_of_a_list_of_these(chosen):
    some = class_texts.select_texts(
        class_texts.tokenize_classes(TEXTS, 1, 77), torch.tensor(chosen))
    wanted = class_texts.tokenize_classes([TEXTS[i] for i in chosen], 1, 77)

    def texts(tokens):
        rows = tokens.ids.split(
            [n for count, n in tokens.runs for _ in range(count)])
        return [rows[i].tolist() for i in tokens.text_of_class]

    assert texts(some) == texts(wanted)
    # 'run' is twice in the list, and once among the tokens
    assert some.runs == wanted.runs


def test_names_of_one_text_are_named(monkeypatch):
    said = []
    monkeypatch.setattr(class_texts, 'print_log',
                        lambda message, **options: said.append(message))
    names = ['a', 'b', 'c']
    class_texts.warn_of_same_texts(names, torch.tensor([0, 1, 0, 2, 3, 2]))
    assert said == [
        "The classes 'a' and 'c' have the same text: they get the same score"
    ]
    # another wording tells them apart
    class_texts.warn_of_same_texts(names, torch.tensor([0, 1, 0, 2, 3, 4]))
    assert len(said) == 1


def test_a_sentence_is_not_a_file():
    with pytest.raises(
            ValueError, match="^The wording 'a b. c d' is not a fi"):
        class_texts.reworded(['x'], 'a b. c d')
