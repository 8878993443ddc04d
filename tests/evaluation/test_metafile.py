"""Entries of the model index."""
import pytest

from projects.tc_clip.config_files import config_folder
from projects.tc_clip.evaluation.metafile import (ablation_results,
                                                  model_entry,
                                                  protocol_results)

CONFIGS = config_folder()
SYSTEMS = 'TC-CLIP', 'ViFi-CLIP', 'X-CLIP', 'FROSTER', 'Vanilla CLIP'


def entry(name):
    return model_entry(CONFIGS / name, CONFIGS, SYSTEMS)


def metrics(results):
    """Returns the metrics of each data set."""
    return {each['Dataset']: each['Metrics'] for each in results}


def test_entry_of_a_config():
    made = entry('xclip_k400.py')
    assert made == {
        'Name':
        'xclip_k400',
        'Config':
        'configs/xclip_k400.py',
        'In Collection':
        'X-CLIP',
        'Metadata': {
            'Architecture': 'ViT-B-16-quickgelu',
            'Epochs': 30,
            'Pretrained': 'openai',
            'Frames': 16,
            'Batch Size': 256,
            'Training Data': 'Kinetics-400'
        },
        'Modality':
        'RGB',
        'Results': [{
            'Dataset': 'Kinetics-400',
            'Task': 'Action Recognition',
            'Metrics': {
                'Top 1 Accuracy (paper)': 84.7,
                'Top 5 Accuracy (paper)': 96.8
            }
        }]
    }


def test_zero_shot_figures_have_both_weights():
    found = metrics(entry('zero_shot/tcclip_k400.py')['Results'])
    assert found['HMDB-51'] == {
        'Top 1 Accuracy (paper)': 53.7,
        'Top 1 Accuracy, CLIP mixed in (paper)': 54.2
    }
    assert found['Kinetics-600'] == {
        'Top 1 Accuracy (paper)': 72.7,
        'Top 5 Accuracy (paper)': 93.2,
        'Top 1 Accuracy, CLIP mixed in (paper)': 75.8,
        'Top 5 Accuracy, CLIP mixed in (paper)': 94.4
    }


def test_rephrased_names_have_their_own_figures():
    found = metrics(entry('zero_shot/tcclip_k400_llm.py')['Results'])
    assert found['UCF-101'] == {'Top 1 Accuracy, CLIP mixed in (paper)': 85.4}


def test_few_shot_and_base_to_novel():
    found = metrics(entry('few_shot/vificlip_ucf101.py')['Results'])
    assert found == {
        'UCF-101': {
            'Top 1 Accuracy, K=2 (paper)': 80.7,
            'Top 1 Accuracy, K=4 (paper)': 85.1,
            'Top 1 Accuracy, K=8 (paper)': 90.0,
            'Top 1 Accuracy, K=16 (paper)': 92.7
        }
    }
    found = metrics(entry('base_to_novel/froster_hmdb51.py')['Results'])
    assert found == {
        'HMDB-51': {
            'Top 1 Accuracy, Base (paper)': 74.1,
            'Top 1 Accuracy, Novel (paper)': 58.0,
            'Top 1 Accuracy, HM (paper)': 65.1
        }
    }


def test_a_method_without_figures_has_none():
    test = dict(
        protocol='few_shot',
        method='Mine',
        test_sets=[dict(data_set='HMDB-51', split='1')])
    assert protocol_results(test) == []


@pytest.mark.parametrize('place, expected', [
    (('components', 'tc'), {
        'Top 1 Accuracy (paper)': 53.6,
        'Top 1 Accuracy, CLIP mixed in (paper)': 54.3
    }),
    (('seed_selection', 'ats'), {
        'Top 1 Accuracy, mean of 2 to 16 shots (paper)': 63.5
    }),
])
def test_ablation(place, expected):
    assert metrics(ablation_results(*place))['HMDB-51'] == expected


@pytest.mark.parametrize('table', ['temporal_model', 'seed_ratio'])
def test_ablation_whose_protocol_is_unknown(table):
    assert ablation_results(table, 'frame_wise') == []
