import cv2
import numpy as np
import pytest


@pytest.fixture
def encode():
    """Encodes RGB frames ``(T, H, W, 3)`` as an mp4 file."""

    def encode(path, frames):
        writer = cv2.VideoWriter(
            str(path), cv2.VideoWriter.fourcc(*'mp4v'), 10,
            frames.shape[2:0:-1])
        assert writer.isOpened()
        for frame in frames:
            writer.write(np.ascontiguousarray(frame[..., ::-1]))
        writer.release()
        return str(path)

    return encode
