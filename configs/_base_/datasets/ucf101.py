# Settings of UCF-101, for the recipes.
ucf101 = dict(
    data_root='{{$MMACTION_DATA:data}}/ucf101',
    class_texts=dict(
        class_names='{{ fileDirname }}/../../labels/ucf_101.csv',
        split_camel_case=True),  # its names look like ApplyEyeMakeup
    # Its entry in the lists of ProtocolTestLoop.
    test_set=dict(data_set='UCF-101', folder='ucf101', labels='ucf_101'))
