namespace Orchestrator.Activities.Records;

/// <summary>
/// The folders that the app keeps its content in (DESIGN §5). In a state folder other things live beside them (the journal, the note of <c>serve</c>, whatever
/// a user puts there), which the content store must neither read nor delete.
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
