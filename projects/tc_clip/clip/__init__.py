"""CLIP itself: its towers, its weights, and checkpoints of other projects."""
