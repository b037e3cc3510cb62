// Some tests measure how much of a run overlaps; processes of other tests on the same cores would be measured with it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
