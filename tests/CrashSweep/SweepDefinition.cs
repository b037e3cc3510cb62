namespace Orchestrator.CrashSweep;

/// <summary>One workflow of the sweep, with what its models and tools answer. All data: the sweep knows no workflow by name.</summary>
/// <param name="Workflow">The definition, JSON. The text of each prompt begins with its step's id and a colon.</param>
/// <param name="Answers">Answers by step and attempt, the value of <c>steps</c> in a mock file.</param>
public sealed record SweepDefinition(string Name, string Workflow, string Answers)
{
    /// <summary>Text of the runs' documents that shows that they do what the definition is there for; null: there is none, since the run is deleted.</summary>
    public string? Shows { get; init; } = "\"status\":\"completed\"";

    public string Inputs { get; init; } = "{}";

    /// <summary>Answers from the moment on at which the client asks for a resume; null: the same.</summary>
    public string? ResumedAnswers { get; init; }

    /// <summary>Another result may be right when the run stands still for a while: nobody waits between a death and the next start then.</summary>
    public bool DependsOnTime { get; init; }

    /// <summary>Several steps may fail, and which of them is the first, whose error is the run's, depends on the moment.</summary>
    public bool FailsAnywhere { get; init; }

    /// <summary>
    /// Any result may be right, whatever goes wrong: a run is not held against the one in which nothing did, but only against what was decided in it.
    /// </summary>
    public bool IsFree { get; init; }

    /// <summary>Again and again the wall clock is set, by hours, forth and back: nothing of the result may depend on it.</summary>
    public bool SetsClock { get; init; }

    /// <summary>What the client wants after the start, one thing after the other.</summary>
    public IReadOnlyList<SweepRequest> Requests { get; init; } = [];

    /// <summary>Claims on attempts lie in the store, as where several processes share it, and not in memory, as on LocalHost.</summary>
    public bool SharesClaims { get; init; }

    /// <summary>The run begins in a process of an older version. What goes wrong goes wrong after that, in processes of this one.</summary>
    public bool IsUpgraded => Requests.Any(request => request.Kind == SweepRequestKind.Upgrade);

    /// <summary>Has many writes, and each case takes long: sweeps take a sample.</summary>
    public bool IsLarge { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
