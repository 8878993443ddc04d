"""A data set of noise, which depends on the name of its list."""
import zlib

import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample


@DATASETS.register_module()
class SixVideos(torch.utils.data.Dataset):
    """Noise that depends on the name of the list, with labels 0 to 2."""

    broken_list = None  # the list whose first two videos cannot be read

    def __init__(self, data_root='', ann_file='', pipeline=()):
        seed = zlib.crc32(f'{data_root}/{ann_file}'.encode())
        generator = torch.Generator().manual_seed(seed)
        shape = 6, 1, 3, 2, 32, 32  # videos, views, C, T, H, W
        self.ann_file = ann_file
        self.videos = torch.randint(256, shape, generator=generator)
        self.labels = torch.randint(3, (6, ), generator=generator)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        sample = ActionDataSample().set_gt_label(int(self.labels[index]))
        if index < 2 and self.ann_file == self.broken_list:
            sample.set_metainfo(
                dict(filename=f'{index}.mp4', broken='it is empty'))
        return dict(
            inputs=self.videos[index].to(torch.uint8), data_samples=sample)
