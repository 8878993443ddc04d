"""Recognizers: TC-CLIP, one with a teacher, and one that ONNX holds."""
from .distilled_recognizer import DistilledRecognizer
from .onnx_recognizer import OnnxRecognizer
from .tc_clip_recognizer import TCCLIPRecognizer

__all__ = ['DistilledRecognizer', 'OnnxRecognizer', 'TCCLIPRecognizer']
