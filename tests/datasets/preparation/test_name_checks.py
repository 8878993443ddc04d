"""Class names against the names of files, with real names of files."""
import pytest

from projects.tc_clip.datasets.preparation import name_checks

NAMES = ['kick ball', 'kick', 'sword exercise', 'sword', 'brush hair']
# first lines of a published list, with our class names
HMDB51 = [
    ('Soccer_Kick_kick_f_cm_np1_ri_med_0.avi', 0),
    ('kick__Ball_kick_ball_f_cm_np1_ba_med_1.avi', 1),
    ('Fight_sword_f_nm_np2_le_bad_3.avi', 2),
    ('Sword_Kata_sword_exercise_u_nm_np1_fr_med_1.avi', 3),
    ('April_09_brush_hair_u_nm_np1_ba_goo_0.avi', 4),
]
REPHRASED = [
    'Kick: someone kicks', 'Kick ball: hits a ball', 'Sword: fights',
    'Sword exercise: trains', 'Brush hair: with a brush'
]
EXCHANGED = [(0, 1), (1, 0), (2, 3), (3, 2)]


def test_published_lists_exchange_four_classes_of_hmdb51():
    assert name_checks.exchanged_classes(HMDB51, NAMES) == EXCHANGED
    warning = name_checks.check_names(HMDB51, NAMES, 'hmdb_51.csv')
    assert warning.startswith("hmdb_51.csv: 'kick ball' has the videos of "
                              "'kick', 'kick' has the videos of 'kick ball'")
    assert 'see "Exchanged names"' in warning
    # the rephrased names are in the order of these lists
    assert name_checks.check_names(HMDB51, REPHRASED, '') == ''


def test_rephrased_names_for_lists_numbered_by_names_are_refused():
    order = {label: other for label, other in EXCHANGED}
    by_name = [(path, order.get(label, label)) for path, label in HMDB51]
    assert name_checks.check_names(by_name, NAMES, '') == ''
    with pytest.raises(ValueError) as error:
        name_checks.check_names(by_name, REPHRASED, 'hmdb_51.json')
    assert str(error.value).startswith(
        "hmdb_51.json: 'Kick' has the videos of 'Kick ball', ")
    assert 'take the list and the class names from the same' in str(
        error.value)


@pytest.mark.parametrize('entries, names', [
    ([('v_ApplyEyeMakeup_g01_c01.avi', 1),
      ('v_YoYo_g07_c04.avi', 0)], ['ApplyEyeMakeup', 'YoYo']),
    ([('train/air_drumming/a_000001_000011.mp4', 1),
      ('train/zumba/b_000001_000011.mp4', 0)], ['air drumming', 'zumba']),
])
def test_an_exchange_in_any_list_is_an_error(entries, names):
    assert name_checks.exchanged_classes(entries, names) == [(0, 1), (1, 0)]
    with pytest.raises(ValueError, match='has the videos of'):
        name_checks.check_names(entries, names, '')
    assert name_checks.check_names(entries, names[::-1], '') == ''


def test_case_and_spelling_do_not_count():
    entries = [('v_HandStandPushups_g01_c01.avi', 0), ('v_YoYo_g07.avi', 1)]
    names = ['Handstand Pushups: upside down', 'Yo Yo: plays']
    assert name_checks.check_names(entries, names, '') == ''
    assert name_checks.check_names(entries, ['Barbecuing', 'YoYo'], '') == ''


def test_numbers_and_titles_say_nothing():
    """A few titles name another class; a class is more than one of ten."""
    numbers = [(f'{i}.webm', i % 5) for i in range(50)]
    assert name_checks.exchanged_classes(numbers, NAMES) == []
    kicks, others = [('kick_1.avi', 4)] * 8, [('brush_hair.avi', 4)] * 2
    back = [('brush_hair_1.avi', 1)]
    assert name_checks.exchanged_classes(kicks + back, NAMES) == [(1, 4),
                                                                  (4, 1)]
    assert name_checks.exchanged_classes(kicks + others + back, NAMES) == []
    # one class alone has not exchanged its name
    assert name_checks.exchanged_classes(kicks, NAMES) == []


def test_folders_above_all_videos_do_not_count():
    """Otherwise every class below a folder 'kick' would bear this name."""
    below = [(f'/data/kick/sword/x{i}/{path}', label)
             for i, (path, label) in enumerate(HMDB51)]
    assert name_checks.exchanged_classes(below, NAMES) == EXCHANGED
    numbers = [(f'/data/kick ball/{i}.webm', i % 5) for i in range(50)]
    assert name_checks.exchanged_classes(numbers, NAMES) == []


def test_the_name_nearest_to_the_end_counts():
    labels = {'run': 0, 'hit': 1, 'brushhair': 2}
    for path, label in (('Run_hit_f.avi', 1), ('hit_run_f.avi', 0),
                        ('brush_hair_run.avi', 2), ('none.avi', None)):
        assert name_checks.class_in_path(path, labels) == label


def test_names_in_published_order():
    ordered = name_checks.in_published_order(NAMES)
    assert ordered == [
        'kick', 'kick ball', 'sword', 'sword exercise', 'brush hair'
    ]
    assert name_checks.in_published_order(['kick', 'run']) == ['kick', 'run']
