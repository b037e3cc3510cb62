using Orchestrator.EndToEnd.Models;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Orchestrator.EndToEnd.LongestFirst", "Orchestrator.EndToEnd")]

namespace Orchestrator.EndToEnd;

/// <summary>
/// Starts the classes that take longest first, so that none of them is left for the end, where it would use one core only. The first two overlap
/// well: one builds the product, the other waits.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Longest =
    [
        typeof(ReadmeTests),
        typeof(StoppedProcessTests),
        typeof(AzureStorageTests),
        typeof(ForegroundSignalTests),
        typeof(SimulatedAnswerTests),
        typeof(OwnershipTests),
        typeof(KillCampaignTests),
        typeof(KillTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Position);

    /// <summary>A class without a collection attribute is a collection, whose name ends with the name of the class.</summary>
    private static int Position(ITestCollection collection)
    {
        var position = Array.FindIndex(Longest, type => collection.DisplayName.EndsWith(type.FullName!, StringComparison.Ordinal));
        return position < 0 ? Longest.Length : position;
    }
}
