"""Examples of hypothesis: few and the same ones, or many new ones.

    HYPOTHESIS_PROFILE=thorough python -m pytest tests/fuzz
"""
import os

from hypothesis import HealthCheck, settings

COMMON = dict(
    deadline=None, database=None, suppress_health_check=list(HealthCheck))
settings.register_profile('quick', derandomize=True, max_examples=60, **COMMON)
settings.register_profile('thorough', max_examples=3000, **COMMON)
settings.load_profile(os.getenv('HYPOTHESIS_PROFILE', 'quick'))
