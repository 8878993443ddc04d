test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='fully_supervised',
    test_sets=[dict(data_set='K-400', split='val')])
