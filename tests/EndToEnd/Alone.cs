namespace Orchestrator.EndToEnd;

/// <summary>Tests that measure how much of a run overlaps: processes of other tests on the same cores would be measured with it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
