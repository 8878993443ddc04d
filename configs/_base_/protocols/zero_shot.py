# Three splits of each data set, with the trained weights as they are and with
# 30 % of CLIP's mixed in.
splits = 1, 2, 3
test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='zero_shot',
    data_root='{{$MMACTION_DATA:data}}',
    label_file='{{ fileDirname }}/../../labels/{labels}.csv',
    clip_shares=(0., 0.3),
    test_sets=[
        dict(
            data_set=name,
            split=str(i),
            folder=folder,
            ann_file=f'val_split{i}.txt',
            labels=labels.format(i))
        for name, folder, labels in (('HMDB-51', 'hmdb51', 'hmdb_51'),
                                     ('UCF-101', 'ucf101',
                                      'ucf_101'), ('K600', 'kinetics600',
                                                   'kinetics_600_split{}'))
        for i in splits
    ])
