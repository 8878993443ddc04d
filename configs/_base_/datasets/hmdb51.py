# Settings of HMDB-51, for the recipes.
hmdb51 = dict(
    data_root='{{$MMACTION_DATA:data}}/hmdb51',
    class_texts=dict(class_names='{{ fileDirname }}/../../labels/hmdb_51.csv'),
    # Its entry in the lists of ProtocolTestLoop.
    test_set=dict(data_set='HMDB-51', folder='hmdb51', labels='hmdb_51'))
