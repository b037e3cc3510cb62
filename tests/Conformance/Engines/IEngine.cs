using Microsoft.DurableTask.Client;

namespace Orchestrator.Conformance.Engines;

/// <summary>An engine that runs every registered behaviour: one hub and one worker for all tests of a collection.</summary>
public interface IEngine : IAsyncLifetime
{
    /// <summary>Long enough for a loaded machine: a test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Name { get; }

    public DurableTaskClient Client { get; }

    /// <summary>Whether an open instance is replaced by one that is started under its id without statuses to refuse it for.</summary>
    public bool ReplacesOpenInstances { get; }

    /// <summary>Whether an instance that failed says why, in details. What an orchestrator catches always does.</summary>
    public bool KeepsFailureDetails => true;

    /// <summary>Whether the failure that a parent catches has details when its child was terminated. Without, they are null.</summary>
    public bool SaysThatAChildWasTerminated => false;

    /// <summary>Whether <c>Recursive</c> of a termination or a purge means the children, too.</summary>
    public bool TakesChildrenAlong => false;

    /// <summary>Whether each episode replays the orchestrator. One that stays in memory is replayed by the next process only.</summary>
    public bool ReplaysEachEpisode => true;

    /// <summary>
    /// Whether the next round has the custom status of the one before and the events that it kept. The sidecar drops both; the dispatcher of the
    /// Functions host does not.
    /// </summary>
    public bool HandsOverToTheNextRound => false;

    /// <summary>
    /// Whether of starts at the same time under one id all but one are refused. Else several may be told that they won, and one instance runs.
    /// </summary>
    public bool RefusesRacingStarts => true;

    /// <summary>Whether a purge by id takes an instance that has not ended.</summary>
    public bool PurgesOpenInstances => false;

    /// <summary>Whether a purge by status takes an instance that has not ended, when its status is named.</summary>
    public bool PurgesOpenInstancesByStatus => false;

    /// <summary>Whether a purge by filter says that it took everything. Else it says nothing of it.</summary>
    public bool SaysThatPurgeIsComplete => false;

    /// <summary>How much earlier than asked a timer may fire.</summary>
    public TimeSpan TimerPrecision => TimeSpan.Zero;

    public Task<OrchestrationMetadata> EndOfAsync(string id) =>
        Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, CancellationToken.None).WaitAsync(Patience);
}
