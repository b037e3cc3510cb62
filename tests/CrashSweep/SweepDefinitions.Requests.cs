namespace Orchestrator.CrashSweep;

/// <summary>Runs whose client sends more requests than their start.</summary>
public static partial class SweepDefinitions
{
    private const string FailsOnce =
        """{ "b": [ { "error": { "kind": "contentFiltered" } }, { "output": "B", "latencyMs": 20 } ], "*": [ { "output": "ok",""" +
        """ "latencyMs": 50 } ] }""";

    private static SweepDefinition Cancelled => new(
        "cancelled",
        """
        { "options": { "parallelBatchDelay": 0, "timeout": 3600000 }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b}}", "dependsOn": ["b"] } ] }
        """,
        """{ "a": [ { "output": "ok" } ], "*": [ { "output": "late", "latencyMs": 600000 } ] }""")
    { Requests = [new(SweepRequestKind.Cancel, "step.started", "b")], DependsOnTime = true, Shows = "\"reason\":\"cancel\"" };

    private static SweepDefinition Suspended => new(
        "suspended",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b}}", "dependsOn": ["b"] } ] }
        """,
        """{ "b": [ { "output": "ok", "latencyMs": 60000 } ], "*": [ { "output": "ok", "latencyMs": 50 } ] }""")
    { Requests = [new(SweepRequestKind.Suspend, "step.started", "b"), new(SweepRequestKind.Continue)], DependsOnTime = true };

    /// <summary>An older version began it: its host fails the instance, and the run goes on by itself with another attempt.</summary>
    private static SweepDefinition Upgraded =>
        Chain with { Name = "upgraded", Requests = [new(SweepRequestKind.Upgrade, "step.started", "b")], Shows = "\"attempt\":2" };

    /// <summary>The killed process has a claim, which is waited for.</summary>
    private static SweepDefinition UpgradedSharedClaims =>
        Upgraded with { Name = "upgraded-shared-claims", SharesClaims = true, DependsOnTime = true };

    private static SweepDefinition Resumed => Failing("resumed") with { Requests = [new(SweepRequestKind.Resume)], Shows = "\"attempt\":2" };

    /// <summary>Resumed while the orchestration of the first attempt is about to end.</summary>
    private static SweepDefinition ResumedAtOnce => Failing("resumed-at-once") with
    {
        Requests = [new(SweepRequestKind.Resume, "run.failed")],
        Shows = "\"attempt\":2",
    };

    private static SweepDefinition Forked => Failing("forked") with { Requests = [new(SweepRequestKind.Fork)], Shows = "Forked from run" };

    /// <summary>The new run uses nothing of the old one.</summary>
    private static SweepDefinition ForkedAndDeleted => Failing("forked-and-deleted") with
    {
        Requests = [new(SweepRequestKind.Fork), new(SweepRequestKind.Delete)],
        Shows = "Forked from run",
    };

    /// <summary>The values beside the log of the old run are copied for the new one, and deleted with the old one.</summary>
    private static SweepDefinition ForkedValuesBesideLog => ForkedAndDeleted with
    {
        Name = "forked-values-beside-log",
        Answers = FailsOnce.Replace("\"ok\"", $"\"{new string('l', 70_000)}\"", StringComparison.Ordinal),
    };

    private static SweepDefinition Deleted => Failing("deleted") with
    {
        Requests = [new(SweepRequestKind.Resume), new(SweepRequestKind.Delete)],
        Shows = null,
    };

    /// <summary>Deleted while its orchestration is about to end.</summary>
    private static SweepDefinition DeletedAtOnce => new(
        "deleted-at-once",
        """{ "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: {{a}}",""" +
        """ "dependsOn": ["a"] } ] }""",
        Ok)
    { Requests = [new(SweepRequestKind.Delete, "run.completed")], Shows = null };

    /// <summary>Of five steps two finish, one fails at first, and two wait for it.</summary>
    private static SweepDefinition Failing(string name) => new(
        name,
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "other", "prompt": "other: x" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b}}", "dependsOn": ["b"] }, { "id": "end", "prompt": "end: {{c}}{{other}}", "dependsOn": ["c", "other"] } ] }
        """,
        FailsOnce);
}
