"""Makes the randomness of an epoch independent of earlier epochs."""
from functools import partial

import numpy as np
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seeds every training epoch from the run's seed and the epoch's number.

    A resumed run then draws the same numbers as an uninterrupted one. MMEngine
    seeds loader workers equally in each epoch, does not save the state of its
    generators, and reads a checkpoint's seed after the sampler was built with
    another one.

    The workers of ``train_dataloader`` must not be persistent.
    """

    def before_train(self, runner: Runner) -> None:
        """Checks that workers are started, and so seeded, in each epoch."""
        if runner.train_dataloader.persistent_workers:
            raise ValueError(
                'EpochSeedHook cannot seed persistent workers: set '
                'train_dataloader.persistent_workers=False')

    def before_train_epoch(self, runner: Runner) -> None:
        """Seeds this process, and the workers that the epoch starts."""
        sequence = np.random.SeedSequence([runner.seed, runner.epoch])
        seed = int(sequence.generate_state(1)[0] >> 1)
        set_random_seed(seed, diff_rank_seed=True)
        loader = runner.train_dataloader
        if hasattr(loader.sampler, 'seed'):
            loader.sampler.seed = runner.seed
        loader.worker_init_fn = partial(loader.worker_init_fn, seed=seed)
