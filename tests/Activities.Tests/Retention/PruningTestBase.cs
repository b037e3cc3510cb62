using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Retention;

/// <summary>A store whose runs have a given age, and its pruning.</summary>
public abstract class PruningTestBase
{
    protected static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData("text"u8));

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private protected WatchedStore Store { get; } = new();

    private protected WorkflowStore Workflows() => new(Store, new DefinitionStore(Store), new ToolSet([]), Time);

    private protected Task<PruneReport> PruneAsync(int? days, bool dryRun = false) => new ContentPruner(Store, new RunStore(Store, new RunLogStore(Store)), Workflows(), Time)
        .PruneAsync(days is { } number ? Time.GetUtcNow() - TimeSpan.FromDays(number) : null, dryRun, CancellationToken.None);

    private protected async Task AddAsync(string runId, RunStatus status, int age)
    {
        var runs = new RunStore(Store, new RunLogStore(Store));
        var record = Record(runId, status, age);
        await runs.CreateAsync(record, CancellationToken.None);
        await runs.AddToIndexAsync(record, CancellationToken.None);
    }

    private protected RunRecord Record(string runId, RunStatus status, int age)
    {
        var at = Time.GetUtcNow() - TimeSpan.FromDays(age);
        var record = new RunRecord { RunId = runId, Workflow = "one", DefinitionHash = Hash, CreatedAt = at, Status = status };
        return record.HasEnded ? record with { CompletedAt = at } : record;
    }
}
