namespace Orchestrator.CrashSweep;

/// <summary>One workflow of the sweep, with what its models and tools answer. All data: the sweep knows no workflow by name.</summary>
/// <param name="Workflow">The definition, JSON. The text of each prompt begins with its step's id and a colon.</param>
/// <param name="Answers">Answers by step and attempt, the value of <c>steps</c> in a mock file.</param>
public sealed record SweepDefinition(string Name, string Workflow, string Answers)
{
    /// <summary>
    /// Text that the runs' documents must contain, which shows that the definition tests what it is made for; null when the run is deleted.
    /// </summary>
    public string? Shows { get; init; } = "\"status\":\"completed\"";

    public string Inputs { get; init; } = "{}";

    /// <summary>Answers after the client's resume; null: the same as before.</summary>
    public string? ResumedAnswers { get; init; }

    /// <summary>The result depends on time, so no time passes between a death and the next start.</summary>
    public bool DependsOnTime { get; init; }

    /// <summary>Several steps may fail, and which of them is the first, whose error is the run's, depends on the moment.</summary>
    public bool FailsAnywhere { get; init; }

    /// <summary>
    /// Any result may be right: a run is not compared with the run without faults, but only with its own decisions.
    /// </summary>
    public bool IsFree { get; init; }

    /// <summary>The wall clock is set repeatedly, by hours, forward and back: the result must not depend on it.</summary>
    public bool SetsClock { get; init; }

    /// <summary>The client's requests after the start, in order.</summary>
    public IReadOnlyList<SweepRequest> Requests { get; init; } = [];

    /// <summary>Claims on attempts lie in the store, as where several processes share it, and not in memory, as on LocalHost.</summary>
    public bool SharesClaims { get; init; }

    /// <summary>The run begins in a process of an older version. Faults come after that, in processes of this version.</summary>
    public bool IsUpgraded => Requests.Any(request => request.Kind == SweepRequestKind.Upgrade);

    /// <summary>Has many writes, and each case takes long: sweeps take a sample.</summary>
    public bool IsLarge { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
