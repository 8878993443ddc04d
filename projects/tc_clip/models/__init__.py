"""Models of TC-CLIP: the vision and text towers and what joins them."""
