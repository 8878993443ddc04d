"""Rephrased class names of a clone, under their real file names."""
import json

import pytest

from projects.tc_clip.datasets.preparation import rephrased_names


@pytest.mark.parametrize('labels, wanted', [
    ('ucf_101', 'ucf_101_llm_labels.json'),
    ('kinetics_400_base', 'kinetics_400_base_llm_labels.json'),
    ('kinetics_600_split1', 'ZS_split1_K600_llm.json'),
])
def test_file_names_of_the_official_repository(labels, wanted):
    file = rephrased_names.file_of_rephrased_names(labels)
    assert file == f'labels/labels_froster/{wanted}'


@pytest.fixture
def clone(tmp_path):
    """A clone with rephrased names of two classes."""
    folder = tmp_path / 'clone/labels/labels_froster'
    folder.mkdir(parents=True)
    (folder / 'ucf_101_llm_labels.json').write_text(
        json.dumps({
            '0': 'Archery: shoots',
            '1': 'Yo Yo: plays'
        }))
    (tmp_path / 'ucf_101.csv').write_text('id,name\n0,Archery\n1,YoYo\n')
    return tmp_path / 'clone'


def test_names_are_copied_byte_for_byte(clone, tmp_path):
    copy, = rephrased_names.copy_rephrased_names(clone, ['ucf_101', 'ssv2'],
                                                 tmp_path)
    assert copy == tmp_path / 'llm/ucf_101.json'
    source = clone / rephrased_names.file_of_rephrased_names('ucf_101')
    assert copy.read_bytes() == source.read_bytes()


def test_names_that_are_not_there_or_too_many(clone, tmp_path):
    copy = rephrased_names.copy_rephrased_names
    with pytest.raises(ValueError, match='no rephrased .* leave out'):
        copy(clone, ['ssv2', 'ssv2_base'], tmp_path)
    with pytest.raises(FileNotFoundError, match='hmdb_51.json by hand'):
        copy(clone, ['hmdb_51'], tmp_path)
    (tmp_path / 'ucf_101.csv').write_text('id,name\n0,Archery\n')
    with pytest.raises(ValueError, match='has 2 classes, but ucf_101.csv has'):
        copy(clone, ['ucf_101'], tmp_path)
