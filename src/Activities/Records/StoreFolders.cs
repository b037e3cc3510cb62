namespace Orchestrator.Activities.Records;

/// <summary>
/// The top-level folders of the app's content (DESIGN §5). A state folder also holds other files (the journal, the lock file of <c>serve</c>, a
/// user's own files); the content store must neither read nor delete those.
/// </summary>
public static class StoreFolders
{
    public const string Runs = "runs";

    public const string Index = "index";

    public const string Definitions = "definitions";

    public const string Workflows = "workflows";

    public const string Prompts = "prompts";

    public const string StartKeys = "idempotency";

    public const string Answers = "cache";

    public const string Upgrades = "upgrades";

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All { get; } =
        new HashSet<string>([Runs, Index, Definitions, Workflows, Prompts, StartKeys, Answers, Upgrades, "limits", "stats"], StringComparer.Ordinal);
}
