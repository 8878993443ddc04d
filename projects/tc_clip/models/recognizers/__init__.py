"""Recognizers: TC-CLIP, and a model that was exported to ONNX."""
from .onnx_recognizer import OnnxRecognizer
from .tc_clip_recognizer import TCCLIPRecognizer

__all__ = ['OnnxRecognizer', 'TCCLIPRecognizer']
