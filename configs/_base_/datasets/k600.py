# Settings of Kinetics-600, for the recipes; each split has other classes.
k600 = dict(
    test_set=dict(
        data_set='K600',
        folder='kinetics600',
        labels='kinetics_600_split{split}'))
