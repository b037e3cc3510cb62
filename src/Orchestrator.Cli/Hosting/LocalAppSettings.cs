using Orchestrator.Activities.Runs;

namespace Orchestrator.Cli.Hosting;

/// <summary>How the local app is to be started.</summary>
internal sealed record LocalAppSettings(StateStorage Storage)
{
    /// <summary>A folder with prompts for runs that bring none; null for none.</summary>
    public string? Prompts { get; init; }

    /// <summary>Whether the host's log is printed.</summary>
    public bool Verbose { get; init; }

    /// <summary>
    /// Which unfinished runs go on when the app starts, and while it runs, unless another process drives them. A command that was asked for one run goes on
    /// with that one; others would spend money without the user's knowledge.
    /// </summary>
    /// <value>Null, the default: none. Asked with the run's record, or with null for an instance that has none.</value>
    public Func<RunRecord?, bool>? Continues { get; init; }

    /// <summary>
    /// The runs that a command is about. The journal of an account belongs to one process, which knows of no others than those that it goes on with; in a
    /// folder they go on when they are asked to.
    /// </summary>
    public IReadOnlyCollection<string> Runs { get; init; } = [];

    /// <summary>Whether a start over HTTP may bring mocks, beside what the setting says.</summary>
    public bool AllowMocks { get; init; }

    /// <summary>The simulated model that answers for every other one; null: what the setting says.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Whether the simulation answers where no provider is configured. Only for a command that stays in the foreground and says so: elsewhere made-up texts
    /// would be taken for answers.
    /// </summary>
    public bool SimulatesWithoutProvider { get; init; }
}
