"""What docs/security.md claims, where another test does not check it."""
import importlib
import re
import socket

import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.files import write_json
from tests.small import ROOT

WRITER = """
from typing import Tuple
import torch

class Writer(torch.nn.Module):
    def forward(self, x):
        return x
    @torch.jit.export
    def __getstate__(self):
        return torch.ones(1), self.training
    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        self.training = state[1]
        torch.save(state[0], 'mark')
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Works in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_network(monkeypatch):
    """Makes every connection an error."""

    def connect(*args):
        raise AssertionError(f'connects to {args[1:]}')

    for name in ('connect', 'connect_ex'):
        monkeypatch.setattr(socket.socket, name, connect)
    monkeypatch.setattr(socket, 'getaddrinfo', connect)


def test_a_config_that_is_named_is_run(folder):
    (folder / 'config.py').write_text("open('mark', 'w').close()\n")
    Config.fromfile('config.py')
    assert (folder / 'mark').exists()


def test_torchscript_can_write_a_file_while_it_loads(folder, monkeypatch):
    (folder / 'ts_writer.py').write_text(WRITER)
    monkeypatch.syspath_prepend(folder)
    writer = importlib.import_module('ts_writer').Writer()
    torch.jit.save(torch.jit.script(writer), 'writer.pt')
    torch.jit.load('writer.pt')
    assert (folder / 'mark').exists()


def test_prediction_needs_no_network_and_leaves_no_file(
        no_network, folder, tiny_config, tiny_checkpoint, own_video):
    before = {*folder.rglob('*')}
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu')
    assert len(inferencer.predict([own_video])) == 1
    assert {*folder.rglob('*')} == before


def test_a_file_is_renamed_when_it_is_complete(folder):
    write_json(folder / 'a.json', [1])
    assert [file.name for file in folder.iterdir()] == ['a.json']


def test_pages_load_nothing_from_the_network():
    folder = ROOT / 'projects/tc_clip/visualization'
    files = [*folder.glob('page*.js'), *folder.glob('page.*')]
    assert len(files) > 5
    for file in files:
        text = file.read_text('utf-8')
        assert not re.search(
            r'(?:src|href)="(?:https?:)?//|@import|'
            r'\bfetch\(|XMLHttpRequest|url\(["\']?http', text)
        assert not re.search(r'\beval\(|document\.write|new Function', text)
