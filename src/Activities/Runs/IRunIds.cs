namespace Orchestrator.Activities.Runs;

/// <summary>Where the ids of new runs come from.</summary>
public interface IRunIds
{
    /// <summary>An id that no run has had: 1 to 64 letters, digits, _ or -.</summary>
    public string Next();
}
