"""The costs of systems side by side: counts, units, and the table."""
import pytest
from mmaction.registry import MODELS

from projects.tc_clip.config_files import zero_shot_config
from projects.tc_clip.profiling import zoo
from projects.tc_clip.profiling.measure import multiply_adds
from tests.small import table_cells
from tests.system_configs import system_config

COSTS = zoo.Costs(3_455_000, 2_000_000, 0, 0, 8, 0.25, 41.26, 3 * 2**29)
BESIDE_TEACHER = COSTS._replace(
    trained=3_455_000, loss_only=16_384, teacher=149_600_000)
UNTRAINED = COSTS._replace(trained=0, memory=None)


def bench_of(system, **options):
    """Builds a system of the demo; no text has to be replaced."""
    bench, replaced = zoo.build(system_config(system), **options)
    assert replaced == []
    return bench


def test_all_systems_and_their_figures_are_listed():
    entries = {entry.name: entry for entry in zoo.entries()}
    assert len(entries) == 11
    ours = entries['TC-CLIP']
    assert ours.config == zero_shot_config('tcclip').resolve()
    assert ours.paper == {'All': 68.9, 'All (WE)': 71., 'All (WE, LLM)': 73.2}
    assert entries['OST'].paper['All'] is None


def test_other_configs_have_their_own_name_and_no_figures():
    twice = 'demo/a5_motion.py', 'zero_shot/a5_k400.py', 'demo/a5_motion.py'
    own, known = zoo.entries(twice)
    assert (own.name, own.paper) == ('demo/a5_motion.py', {})
    assert (known.name, known.paper['All']) == ('A5', 56.5)
    with pytest.raises(FileNotFoundError, match='no/such.py'):
        zoo.entries(['no/such.py'])


def test_costs_of_a_system_with_a_neck():
    """X-CLIP trains its vision side; its neck counts as vision."""
    bench = bench_of('X-CLIP', views=2, batch=3)
    assert bench.batch.shape == (3, 3, 8, 32, 32)
    costs = zoo.costs_without_memory(bench, [4., 0.5, 9.])
    model = bench.model
    sizes = {name: p.numel() for name, p in model.named_parameters()}
    frozen = sum(size for name, size in sizes.items()
                 if name.startswith(('cls_head.text_encoder',
                                     'cls_head.logit_scale')))
    assert costs.parameters == sum(sizes.values())
    assert costs.trained == costs.parameters - frozen
    assert (costs.loss_only, costs.teacher, costs.memory) == (0, 0, None)
    assert (costs.frames, costs.views_per_second) == (8, 0.5)
    tower = multiply_adds(lambda: model.backbone(bench.views))
    features = model.backbone(bench.views)
    neck = multiply_adds(lambda: model.neck(features))
    assert neck > 0
    assert costs.gflops == pytest.approx(2e-9 * (tower + neck) / 2)


def test_systems_take_turns():
    benches = {name: bench_of(name) for name in ('ViFi-CLIP', 'Vita-CLIP')}
    costs = zoo.measure(benches, runs=1)
    assert [*costs] == [*benches]
    assert all(cost.views_per_second > 0 for cost in costs.values())
    assert costs['Vita-CLIP'].gflops > costs['ViFi-CLIP'].gflops
    assert costs['Vita-CLIP'].trained < costs['ViFi-CLIP'].trained


@pytest.mark.parametrize('save', [True, False])
def test_a_teacher_is_counted_once(save):
    config = system_config('FROSTER')
    config.model.save_teacher = save
    bench, _ = zoo.build(config)
    costs = zoo.costs_without_memory(bench, [1.])
    clip = sum(p.numel() for p in bench.model.teacher.parameters())
    # two projectors of two layers each, without biases
    assert costs.loss_only == 4 * 64**2
    assert costs.trained == clip + costs.loss_only
    assert costs.parameters == costs.trained + clip * save
    assert costs.teacher == clip * (not save)


def test_memory_is_that_of_systems_that_train():
    asked = []

    def peak(name):
        asked.append(name)
        return 5.

    costs = zoo.with_memory(dict(a=COSTS, clip=UNTRAINED), peak)
    assert asked == ['a']
    assert (costs['a'].memory, costs['clip'].memory) == (5., None)


def test_table():
    systems = [
        zoo.Entry('A', 'a.py',
                  dict(zip(zoo.PAPER['columns'], (50., None, 60.)))),
        zoo.Entry('CLIP', 'b.py', {})
    ]
    page = zoo.as_markdown(systems, dict(A=COSTS, CLIP=UNTRAINED),
                           ['First.', 'Second.'])
    header, _, one, other = table_cells(page)
    assert header[:4] == ['System', 'Parameters (M)', 'Trained (M)', 'Frames']
    assert header[6:] == [
        'Memory of a step (GiB)', 'Paper: All', 'Paper: All (WE)',
        'Paper: All (WE, LLM)'
    ]
    costs = ['3.46', '2.00', '8', '0.25', '41.3']
    assert one == ['A', *costs, '1.5', '50.0', '-', '60.0']
    assert other == ['CLIP', '3.46', '0.00', *costs[2:], '-', '-', '-', '-']
    assert page.endswith('|\n\nFirst.\n\nSecond.\n')
    alone = zoo.as_markdown(systems[1:], dict(CLIP=UNTRAINED), [])
    assert 'Paper' not in alone


def test_notes_name_teachers_and_stand_ins():
    systems = zoo.entries(['zero_shot/froster_k400.py'])
    teacher, stand_ins, paper = zoo.notes(systems,
                                          dict(FROSTER=BESIDE_TEACHER),
                                          dict(FROSTER=['names'], OST=[]))
    assert 'FROSTER learns beside a frozen CLIP of 149.6 M' in teacher
    assert 'only the loss uses 0.02 M of the others' in teacher
    assert 'absent: FROSTER (names). Longer' in stand_ins
    assert 'zero-shot from Kinetics-400' in paper
    assert zoo.notes([zoo.Entry('A', 'a.py', {})], dict(A=COSTS), {}) == []


@pytest.mark.parametrize('system', ['OST', 'MAXI', 'FROSTER', 'Open-VCLIP'])
def test_a_step_has_the_gradients_of_the_recognizer(system):
    """Also those of projectors, and of texts that the videos bring."""
    bench = bench_of(system, batch=2)
    model = MODELS.build(system_config(system).model)
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    bench.model.train()
    loss = bench.our_loss(bench.batch)
    loss.backward()
    found = {
        name
        for name, p in bench.model.named_parameters() if p.grad is not None
    }
    assert found == trained and loss.isfinite()
