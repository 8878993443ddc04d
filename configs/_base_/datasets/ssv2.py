# Settings of Something-Something v2, for the recipes.
ssv2 = dict(
    data_root='{{$MMACTION_DATA:data}}/ssv2',
    class_texts=dict(class_names='{{ fileDirname }}/../../labels/ssv2.csv'),
    # Some of its classes differ only in left and right.
    dropped_steps=['Flip'],
    # Its entry in the lists of ProtocolTestLoop.
    test_set=dict(data_set='SSv2', folder='ssv2', labels='ssv2'))
