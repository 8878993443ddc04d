"""What the tools do with bad input: the source of docs/reliability.md.

Each row is a case of a test in this folder, which makes the input of its key.
In a message, FILE stands for the path, LIST for a list of videos.
"""
from typing import Dict, NamedTuple


class Case(NamedTuple):
    """A row of the table.

    Attributes:
        given: the input.
        done: what the tools do.
        message: beginning of what they say; '' if they say nothing.
    """
    given: str
    done: str
    message: str = ''


_OUT = 'left out'
_READ = 'read'
_REFUSED = 'refused'
_BROKEN = 'FILE cannot be read ('
_AGAIN = 'copy or download it again'

VIDEOS: Dict[str, Case] = {
    'missing':
    Case(
        'a file that is not there', _OUT,
        f'{_BROKEN}there is no such file): correct its path, or leave it out'),
    'empty':
    Case('an empty file', _OUT, f'{_BROKEN}it is empty): {_AGAIN}'),
    'truncated':
    Case('cut off, without its index', _OUT,
         f'{_BROKEN}it is cut off, damaged, or not a video): {_AGAIN}'),
    'half':
    Case('cut off, AVI, MKV or WebM', 'read up to its end, with a warning',
         'FILE is cut off: it is read up to its end'),
    'damaged':
    Case('damaged in the middle', f'{_OUT}, unless its decoder conceals it',
         _BROKEN),
    'random':
    Case('random bytes', _OUT,
         f'{_BROKEN}it is cut off, damaged, or not a video): {_AGAIN}'),
    'text':
    Case('text or a web page', _OUT,
         f'{_BROKEN}it is text, not a video): {_AGAIN}'),
    'pointer':
    Case('a pointer of git-lfs', _OUT,
         f'{_BROKEN}it is a pointer of git-lfs): run `git lfs pull`'),
    'sound':
    Case('sound alone', _OUT,
         f'{_BROKEN}it has no video, only sound or nothing): leave it out'),
    'picture':
    Case(
        'a picture', _OUT, f'{_BROKEN}it is a picture (PNG)): convert it to a '
        'video, such as MP4, or leave it out'),
    'folder':
    Case('a folder with the name of a video', _OUT,
         f'{_BROKEN}it is a folder): name the files in it'),
    'pipe':
    Case(
        'a pipe or a device', _OUT,
        f'{_BROKEN}it is not a regular file, but a pipe or a device): save '
        'its content to a file'),
    'forbidden':
    Case('a file without permission', _OUT,
         f'{_BROKEN}Permission denied): allow reading it (chmod +r)'),
    'one_frame':
    Case('one frame', 'read; the frame is repeated'),
    'odd_size':
    Case('161 x 119 pixels', _READ),
    'small':
    Case('8 x 8 pixels', _READ),
    'wide':
    Case('2000 x 16 pixels', _READ),
    'name':
    Case('spaces, quotes, CJK and emoji in the name', _READ),
}

LISTS: Dict[str, Case] = {
    'missing':
    Case('a list that is not there', _REFUSED, 'LIST: no such list of videos'),
    'empty':
    Case('an empty list', _REFUSED, 'LIST lists no video: write a path and a '
         'label in each line'),
    'label':
    Case('a label that no class has', _REFUSED,
         'FILE has label 9, but there are 4 class names'),
    'negative':
    Case('a negative label', _REFUSED,
         "LIST, line 2: 'b.mp4 -1' has the label -1: labels count from 0"),
    'unlabelled':
    Case('a line without a label',
         'refused, but by a test that measures no accuracy',
         "LIST, line 2: 'b.mp4' has no label: write a number after ' '"),
    'comma':
    Case(
        'a comma or a tab before the label', _REFUSED,
        "LIST, line 2: 'b.mp4,1' has a comma before its label in place of "
        "' ': set delimiter=',' in the data set"),
    'encoding':
    Case('UTF-16', _REFUSED, 'LIST is not UTF-8 ('),
    'crlf':
    Case('line ends of Windows', _READ),
    'mark':
    Case('a byte order mark', _READ),
    'blank':
    Case('blank lines', 'skipped'),
    'twice':
    Case('a video twice', 'counts twice'),
    'spaces':
    Case('spaces in a path', _READ),
}

_NAMES = 'NAMES: '
NAMES: Dict[str, Case] = {
    'missing':
    Case('a file of names that is not there', _REFUSED,
         f'error: {_NAMES}no such file of class names: correct the path'),
    'none':
    Case('no name', _REFUSED, f'error: {_NAMES}there is no name: add one'),
    'twice':
    Case('a name twice', _REFUSED,
         f"error: {_NAMES}the ids 0 and 1 share the name 'run': rename one"),
    'gap':
    Case(
        'ids with a gap', _REFUSED,
        f'error: {_NAMES}has 2 classes, but none with the id 1: number the '
        'classes 0, 1, 2, ... without gap'),
    'encoding':
    Case('UTF-16 or Latin-1', _REFUSED, 'error: NAMES is not UTF-8 ('),
    'long':
    Case('a name of 100 words', _REFUSED, "The class text 'very very"),
    'case':
    Case(
        'names that differ in case only', 'read, with a warning',
        "The classes 'Run' and 'run' have the same text: they get the same "
        'score'),
    'one':
    Case('one class', 'read; its probability is 100 %'),
    'crlf':
    Case('line ends of Windows and a byte order mark', _READ),
    'emoji':
    Case('emoji, CJK, Arabic', _READ),
}

_NO_CODE = 'refused; nothing of it is run'
WEIGHTS: Dict[str, Case] = {
    'missing':
    Case('a file that is not there', _REFUSED, 'FILE can not be found'),
    'folder':
    Case('a folder without weights', _REFUSED,
         'FILE is a folder without model.safetensors'),
    'empty':
    Case('an empty file', _REFUSED, f'FILE is empty: {_AGAIN}'),
    'truncated':
    Case('cut off', _REFUSED, f'FILE is cut off or damaged: {_AGAIN}'),
    'random':
    Case('random bytes', _REFUSED,
         f'FILE is not a file of weights, or damaged: {_AGAIN}'),
    'page':
    Case(
        'a web page', _REFUSED, 'FILE is a web page, which was saved in '
        'place of the file: download the file itself'),
    'pointer':
    Case(
        'a pointer of git-lfs', _REFUSED, 'FILE is a pointer of git-lfs, not '
        'the file that it stands for: run `git lfs pull`'),
    'bomb':
    Case('an archive that unpacks to gigabytes', _REFUSED, 'FILE unpacks to'),
    'pickle':
    Case(
        'a pickle that names a function', _NO_CODE,
        'FILE is not loaded: it names posix.mkdir, which weights do not need '
        'and which could run any code'),
    'old_pickle':
    Case(
        'the same in the format before torch 1.6', _NO_CODE,
        'FILE is not loaded: it names posix.mkdir, which weights do not need '
        'and which could run any code'),
    'list':
    Case('something other than a dict', _REFUSED,
         'FILE must hold a dict, but holds a list'),
    'nothing':
    Case('a dict without weights', _REFUSED, 'The checkpoint does not fit '
         'TCCLIPRecognizer:'),
    'arch':
    Case('weights of another arch', _REFUSED, 'The checkpoint does not fit '
         'TCCLIPRecognizer:'),
    'nan':
    Case('NaN', _REFUSED, 'The checkpoint does not fit TCCLIPRecognizer:'),
    'classes':
    Case('weights with other class names',
         'read; the classes of the checkpoint are scored'),
}

_UNREADABLE = 'error: FILE cannot be read as a config: '
CONFIGS: Dict[str, Case] = {
    'model = dict(':
    Case('a syntax error', _REFUSED, f'{_UNREADABLE}line 1: '),
    "_base_ = 'gone.py'":
    Case(
        'a base that is not there', _REFUSED,
        'error: gone.py (a base of FILE) cannot be read as a config: No such '
        'file or directory'),
    "custom_imports = dict(imports=['no.such.module'])":
    Case('a module that cannot be imported', _REFUSED,
         f'{_UNREADABLE}Failed to import no.such.module'),
    'x = {{_base_.gone}}':
    Case('a value that its base does not have', _REFUSED,
         f"{_UNREADABLE}the config has no 'gone': add it"),
    'x = 1':
    Case('no model', _REFUSED, "error: the config has no 'model': add it"),
    "model = dict(backbone=dict(type='Nope'))":
    Case(
        'an unknown `type`', _REFUSED,
        'error: Nope is not in the mmaction::model registry: correct the '
        'config'),
}

_CONFIG = 'CONFIG with FILE cannot be loaded: '
OPTIONS: Dict[str, Case] = {
    'model.backbone.arch=ViT-B-17':
    Case('unknown `arch`', _REFUSED,
         f"{_CONFIG}arch='ViT-B-17' is not an open_clip model."),
    'model.backbone.reference.num_tokens=1.5':
    Case('`num_tokens` (k) of 1.5 or -3', _REFUSED,
         f'{_CONFIG}num_tokens=1.5 must be a whole number from 0 on'),
    'model.backbone.reference.num_tokens=0':
    Case('`num_tokens` (k) of 0',
         'read: frames see themselves only; unused weights are named',
         'TCCLIPRecognizer: 2 weights are not used: '),
    'model.backbone.reference.seed_ratio=1.5':
    Case('`seed_ratio` (alpha) of 0 or 1.5', _REFUSED,
         f'{_CONFIG}seed_ratio=1.5 is not in (0, 1]'),
    'model.backbone.reference.merge_step=0':
    Case(
        '`merge_step` of 0', _REFUSED,
        f'{_CONFIG}num_tokens=32 must be a whole number from 0 on, and '
        'merge_step=0 one from 1 on'),
    'model.cls_head.prompt_layers=[5]':
    Case('`prompt_layers` that are not there', _REFUSED,
         f'{_CONFIG}prompt_layers=[5] names a layer that is not there'),
    'model.cls_head.prompt_layers=-1':
    Case('`prompt_layers` that is not a list', _REFUSED,
         f'{_CONFIG}prompt_layers=-1 must be a list of layers'),
    'model.cls_head.context_length=500':
    Case('`context_length` of 500 or 0', _REFUSED,
         f'{_CONFIG}context_length=500 must be from 1 to 77'),
    'model.backbone.pos_embed=joint':
    Case('weights for other positions', _REFUSED,
         f'{_CONFIG}The checkpoint does not fit TCCLIPRecognizer:'),
    'model.test_cfg.max_testing_views=-1':
    Case('`max_testing_views` of 0 or -1', _REFUSED,
         f'{_CONFIG}max_testing_views=-1 must be a whole number from 1 on'),
    'bad':
    Case('`--cfg-options` without `=`', _REFUSED,
         'error: --cfg-options bad: write KEY=VALUE'),
}

TRAINING: Dict[str, Case] = {
    'train_dataloader.batch_size=0':
    Case('`batch_size` of 0 or -1', _REFUSED,
         'error: batch_size should be a positive integer value'),
    'train_dataloader.batch_size=100':
    Case(
        '`batch_size` larger than the list', _REFUSED,
        'error: An epoch has no batch: the training set is smaller than its '
        'batch_size'),
    'train_dataloader.dataset.data_prefix.video=/gone':
    Case(
        'a `data_prefix` that does not hold the videos', _REFUSED,
        'error: LIST: none of 1000 videos that were drawn can be read, such '
        'as /gone/'),
    'train_cfg.max_epochs=1':
    Case('a warm-up as long as the training', _REFUSED,
         'error: warmup=1 epochs must be fewer than the 1 epochs of training'),
    'model.backbone.pos_embed=joint model.backbone.num_frames=16':
    Case(
        'frames that do not match joint positions', _REFUSED,
        "error: A clip has 8 frames, but pos_embed='joint' holds positions "
        'for 16'),
    'optim_wrapper.optimizer.lr=1e30':
    Case('a rate at which the loss is NaN', 'ends; earlier checkpoints stay',
         'error: The loss is nan in epoch 2'),
}

SECTIONS = {
    'Videos': VIDEOS,
    'Lists of videos': LISTS,
    'Class names': NAMES,
    'Weights': WEIGHTS,
    'Configs': CONFIGS,
    'Options': {
        **OPTIONS,
        **TRAINING
    }
}


def tables() -> str:
    """Returns the tables of docs/reliability.md."""
    lines = []
    for title, cases in SECTIONS.items():
        lines += [
            f'### {title}', '',
            '| input | what tools do | the message begins with |',
            '| --- | --- | --- |'
        ]
        for case in cases.values():
            message = case.message.strip()
            cell = f'`` {message} ``' if '`' in message else f'`{message}`'
            lines.append(f'| {case.given} | {case.done} | '
                         f'{cell if message else "none"} |')
        lines.append('')
    return '\n'.join(lines)
