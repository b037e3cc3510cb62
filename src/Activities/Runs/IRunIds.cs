namespace Orchestrator.Activities.Runs;

/// <summary>Where the ids of new runs come from.</summary>
public interface IRunIds
{
    /// <summary>An id that nobody has had: 1 to 64 letters, digits, _ or -.</summary>
    public string Next();
}
