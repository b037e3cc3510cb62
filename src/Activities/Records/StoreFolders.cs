namespace Orchestrator.Activities.Records;

/// <summary>
/// The top-level folders of the app's content (docs/architecture.md, "What is kept where"). A state folder also holds other files (the journal, the
/// lock file of <c>serve</c>, a user's own files); the content store must neither read nor delete those.
/// </summary>
public static class StoreFolders
{
    /// <summary>The records of runs, a folder for each.</summary>
    public const string Runs = "runs";

    /// <summary>The entries of the lists of runs, a folder for each app.</summary>
    public const string Index = "index";

    /// <summary>The texts of definitions, by their hash.</summary>
    public const string Definitions = "definitions";

    /// <summary>The stored workflows.</summary>
    public const string Workflows = "workflows";

    /// <summary>The stored prompts.</summary>
    public const string Prompts = "prompts";

    /// <summary>The runs of clients' idempotency keys (<see cref="Runs.StartKeys"/>).</summary>
    public const string StartKeys = "idempotency";

    /// <summary>The outputs of steps with <c>cache: true</c>, by the hash of the request.</summary>
    public const string Answers = "cache";

    /// <summary>What the search for runs that an upgrade interrupted has settled.</summary>
    public const string Upgrades = "upgrades";

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All { get; } =
        new HashSet<string>([Runs, Index, Definitions, Workflows, Prompts, StartKeys, Answers, Upgrades, "limits", "stats"], StringComparer.Ordinal);
}
