using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>Where the record of a completed step is, within its run.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1; 0: taken over from the run that this one was forked from.</param>
/// <param name="Attempt">The attempt of the step, from 1; 0: its output was given by hand in that attempt of the run.</param>
public readonly record struct CheckpointReference(int RunAttempt, int Attempt)
{
    /// <summary>Of a record that was taken over, and of which no event of this run tells: the simulation answered for the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>The same: the output is a fallback's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FallbackUsed { get; init; }
}
