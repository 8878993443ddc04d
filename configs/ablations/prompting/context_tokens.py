_base_ = '../zero_shot.py'
