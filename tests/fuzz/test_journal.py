"""Any records, any bytes and any cut of a journal; any text as a shard."""
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from projects.tc_clip.journal import Journal, read_all
from projects.tc_clip.shards import (Shard, device_of_process, parse_shard,
                                     shard_of_process)

# Surrogates are the bytes of file names that are not UTF-8.
TEXT = st.text(max_size=10) | st.text(
    st.characters(categories=['Cs']), max_size=3)
RECORDS = st.lists(
    st.dictionaries(
        TEXT, TEXT | st.integers() | st.lists(st.floats(0, 1), max_size=2)),
    max_size=4)


def read(path):
    """Returns the records; None if the file is refused by its name."""
    try:
        return read_all([path])
    except ValueError as error:
        assert str(path) in str(error)
        return None


@given(RECORDS, st.floats(0, 1))
@example([{'video': '\udcff.mp4'}], 1.)
def test_records_up_to_a_cut_are_kept(tmp_path, records, share):
    path = tmp_path / 'journal.jsonl'
    path.unlink(missing_ok=True)
    journal = Journal(path)
    for record in records:
        journal.add(record)
    content = path.read_bytes() if records else b''
    cut = content[:round(share * len(content))]
    path.write_bytes(cut)
    whole = records[:cut.count(b'\n')]
    journal = Journal(path)
    assert read_all([path]) == whole
    journal.add({'a': 1})
    assert read_all([path]) == [*whole, {'a': 1}]


@given(
    st.lists(
        st.binary(max_size=20)
        | st.sampled_from([b'{}', b'{"a": NaN}', b'[1]']),
        max_size=4).map(b'\n'.join))
@example(b'{"a": ' + b'[' * 100_000 + b'\n')
@example(b'{"a": ' + b'9' * 5000 + b'}\n')
def test_other_files_are_refused_and_not_changed(tmp_path, content):
    path = tmp_path / 'journal.jsonl'
    path.write_bytes(content)
    records = read(path)
    assert path.read_bytes() == content
    assert records is None or all(isinstance(r, dict) for r in records)


@given(st.text(max_size=12) | st.from_regex(r'\d+/\d+', fullmatch=True))
@example('0/' + '9' * 5000)
def test_a_shard_is_parsed_or_refused(text):
    try:
        number, total = parse_shard(text)
    except ValueError as error:
        assert 'is not a shard: write I/N' in str(error)
    else:
        assert 0 <= number < total


@given(st.integers(1, 40), st.lists(st.integers(), max_size=60))
def test_shards_hold_each_item_once(count, items):
    parts = [Shard(i, count).of(items) for i in range(count)]
    assert sorted(sum(parts, [])) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(
    st.dictionaries(
        st.sampled_from([
            'RANK', 'WORLD_SIZE', 'SLURM_PROCID', 'SLURM_NTASKS', 'LOCAL_RANK',
            'SLURM_LOCALID'
        ]), st.sampled_from(['', '0', '1', '2', '-1', 'x', '٣', '²'])))
def test_variables_of_launchers_are_numbers_or_refused(env):
    for function in (shard_of_process, device_of_process):
        with suppress(ValueError):
            function(env)
