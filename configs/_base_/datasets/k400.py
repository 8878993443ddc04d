# Settings of Kinetics-400, for the recipes.
k400 = dict(
    data_root='{{$MMACTION_DATA:data}}/kinetics400',
    class_texts=dict(
        class_names='{{ fileDirname }}/../../labels/kinetics_400.csv'),
    # Its entry in the lists of ProtocolTestLoop.
    test_set=dict(
        data_set='K-400', folder='kinetics400', labels='kinetics_400'))
