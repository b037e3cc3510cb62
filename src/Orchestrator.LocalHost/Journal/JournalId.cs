namespace Orchestrator.LocalHost.Journal;

/// <summary>Names one history: an instance, and which of its executions.</summary>
/// <param name="InstanceId">The instance's id, any text of 1 to 1,024 characters; compared ordinally.</param>
/// <param name="Generation">0 for the first execution, one more for each continue-as-new or restart under the same id.</param>
public readonly record struct JournalId(string InstanceId, int Generation)
{
    /// <inheritdoc/>
    public override string ToString() => Generation == 0 ? InstanceId : $"{InstanceId} (generation {Generation})";
}
