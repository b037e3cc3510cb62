using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Retention;

/// <summary>
/// Finds what the store need not keep any longer, and deletes it, except the runs themselves, whose histories are elsewhere. Safe beside starts,
/// resumes and forks, in this process and others. It may be interrupted at any moment: the next pruning finds the rest. Thread-safe.
/// </summary>
public sealed class ContentPruner(IContentStore store, RunStore runs, WorkflowStore workflows, TimeProvider time)
{
    /// <summary>Minimum age of a record without an index entry before the entry is written here: its writer may still be about to do so.</summary>
    private static readonly TimeSpan MinimumUnlistedAge = TimeSpan.FromMinutes(1);

    /// <param name="before">Runs that ended, and outputs that were kept, before then; null: none.</param>
    /// <param name="dryRun">Only look.</param>
    public async Task<PruneReport> PruneAsync(DateTimeOffset? before, bool dryRun, CancellationToken cancellationToken)
    {
        var survey = await RunSurvey.TakeAsync(store, runs, cancellationToken);
        var now = time.GetUtcNow();
        if (!dryRun)
        {
            foreach (var key in survey.StrayEntries)
            {
                await store.DeleteAsync(key, cancellationToken);
            }

            foreach (var run in survey.Unlisted.Where(run => !run.Deleting && now - run.CreatedAt > MinimumUnlistedAge))
            {
                if (!await TryListAsync(run, cancellationToken))
                {
                    break;
                }
            }
        }

        var old = survey.Records.Values.Where(run => !run.Deleting && run.CreatedAt < before).OrderByDescending(run => run.CreatedAt).ToList();
        return new PruneReport
        {
            Runs = old.FindAll(run => run.HasEnded && run.CompletedAt < before),
            Open = [.. old.Where(run => !run.HasEnded).Select(run => run.RunId)],
            Unreadable = survey.Unreadable,
            Leftovers = [.. survey.Orphans, .. survey.Records.Values.Where(run => run.Deleting).Select(run => run.RunId)],
            StartKeys = await PruneAsync<StartClaim>(StoreFolders.StartKeys, claim => StartKeys.HasExpired(claim, now), dryRun, cancellationToken),
            Answers = await PruneAsync<KeptAnswer>(StoreFolders.Answers, answer => answer.At < before, dryRun, cancellationToken),
            Definitions = await PruneDefinitionsAsync(survey, now, dryRun, cancellationToken),
        };
    }

    /// <summary>False on a full disk: what only tidies up must not keep the deletions from happening that make room. The next pruning does it.</summary>
    private async Task<bool> TryListAsync(RunRecord run, CancellationToken cancellationToken)
    {
        try
        {
            await runs.AddToIndexAsync(run, cancellationToken);
            return true;
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue || problem.IsFull)
        {
            // Of one value: a folder or link is in the place of its index entry, and only this run stays unlisted.
            return !problem.IsFull;
        }
    }

    /// <summary>Records in a folder of their own, each under a hash. A damaged one is deleted; one of a newer version stays.</summary>
    private async Task<int> PruneAsync<T>(string folder, Func<T, bool> isOld, bool dryRun, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        var count = 0;
        await foreach (var key in store.ListAsync(ContentPrefix.Under(folder), cancellationToken))
        {
            if (key.Value.Split('/') is not [_, { Length: 64 } hash] || !hash.All(char.IsAsciiHexDigitLower)
                || await OldETagAsync(key, isOld, cancellationToken) is not { } etag)
            {
                continue;
            }

            // A value that was written anew meanwhile stays.
            count += dryRun || await store.DeleteAsync(key, etag, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    private async Task<string?> OldETagAsync<T>(ContentKey key, Func<T, bool> isOld, CancellationToken cancellationToken)
        where T : class, IStoredRecord
    {
        try
        {
            return await store.ReadAsync<T>(key, cancellationToken) is var (record, etag) && isOld(record) ? etag : null;
        }
        catch (UnreadableRecordException problem)
        {
            return problem.IsNewer ? null : problem.ETag;
        }
    }

    /// <summary>While a record cannot be read, it is not known which definition it names: all are kept.</summary>
    private async Task<int> PruneDefinitionsAsync(RunSurvey survey, DateTimeOffset now, bool dryRun, CancellationToken cancellationToken)
    {
        var stored = await workflows.ListAsync(app: null, cancellationToken).Select(workflow => workflow.Record).ToListAsync(cancellationToken);
        if (survey.Unreadable.Count > 0 || stored.Exists(workflow => workflow.Unreadable is not null))
        {
            return 0;
        }

        var used = survey.Records.Values.Select(run => run.DefinitionHash)
            .Concat(stored.SelectMany(workflow => workflow.Versions.Select(version => version.Hash).Append(workflow.Hash)))
            .ToHashSet(StringComparer.Ordinal);
        return await UnusedDefinitions.PruneAsync(store, used.Contains, now, dryRun, cancellationToken);
    }
}
