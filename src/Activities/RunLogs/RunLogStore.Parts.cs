using System.Runtime.InteropServices;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <content>The parts of a run's attempts: what each executes, and its outputs.</content>
public sealed partial class RunLogStore
{
    /// <summary>Maximum number of bytes that the first read for a part takes: those of a first attempt are at the beginning.</summary>
    private const int FirstForPart = 4 * LogLine.MaxMember;

    /// <summary>The parts of the run's attempts that its log has, up to this one.</summary>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal async Task<LoggedParts> PartsAsync(RunIdentity run, string name, CancellationToken cancellationToken)
    {
        var parts = new LoggedParts(run.Stamp);
        await foreach (var page in PagesAsync(run.RunId, 0, cancellationToken, FirstForPart))
        {
            parts.Read(page);
            if (parts.Find(name) is not null)
            {
                break;
            }
        }

        return parts;
    }

    /// <summary>The value of a part in JSON, and the key of what has it.</summary>
    /// <param name="what">What it is, as the beginning of a sentence.</param>
    /// <param name="remedy">What to do when it is missing, as a sentence.</param>
    /// <exception cref="UnreadableRecordException">It cannot be read, or is missing.</exception>
    internal async Task<(ContentKey Key, ReadOnlyMemory<byte> Json)> LoadAsync(
        RunIdentity run, LoggedPart part, string what, string remedy, CancellationToken cancellationToken)
    {
        if (part.Hash is { } hash)
        {
            var key = RunKeys.Value(run.RunId, hash);
            return (key, (await ValueAsync(key, what, remedy, cancellationToken)).Bytes);
        }

        return LogPage.Parse(part.Line[..^1], withValues: true, out var record) is null && record!.Part!.Value is { } value
            ? (RunKeys.Log(run.RunId), JsonMarshal.GetRawUtf8Value(value).ToArray())
            : throw Damaged(run.RunId, new LogFlaw(part.Offset, "has no value"));
    }

    /// <summary>The highest number of an attempt of the run that its log names, of any run of the id; 0 when none can be read.</summary>
    internal async Task<int> LastAttemptAsync(string runId, CancellationToken cancellationToken)
    {
        var last = 0;
        try
        {
            await foreach (var page in PagesAsync(runId, 0, cancellationToken))
            {
                last = page.Records.Aggregate(last, (highest, line) => Math.Max(highest, line.Record.RunAttempt));
            }
        }
        catch (UnreadableRecordException)
        {
            // The log is out of reach: what was read of it counts.
        }

        return last;
    }
}
