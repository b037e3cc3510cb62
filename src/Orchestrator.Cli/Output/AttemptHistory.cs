using Orchestrator.Activities.Feed;

namespace Orchestrator.Cli.Output;

/// <summary>The attempts of a resumed run as lines: the outcome of each, who asked for it, what was changed and which steps were reused.</summary>
internal static class AttemptHistory
{
    /// <summary>One or two lines per attempt; empty for a run of one attempt without a reason or reused steps.</summary>
    public static IEnumerable<string> Lines(RunDocument run) =>
        run.Attempts is [{ From: null, Reason: null, Reused.Count: 0 }] ? [] : run.Attempts.SelectMany(Lines);

    private static IEnumerable<string> Lines(RunAttemptSummary attempt)
    {
        yield return $"Attempt {attempt.N}{(attempt.From is null ? "" : $" from '{attempt.From}'")}{Time(attempt)}: {Outcome(attempt)}";
        var details = string.Join(' ', ((string?[])[Failed(attempt), Origin(attempt), Changed(attempt), Reused(attempt)]).OfType<string>());
        if (details.Length > 0)
        {
            yield return "  " + details;
        }
    }

    private static string Time(RunAttemptSummary attempt) => attempt.StartedAt is not { } start
        ? ""
        : $", {Wording.Moment(start)}{(attempt.CompletedAt is { } end ? $", {Wording.Duration(Math.Max(0, (end - start).TotalMilliseconds))}" : "")}";

    private static string Outcome(RunAttemptSummary attempt) => attempt switch
    {
        { Status: null, StartedAt: null } => "has not begun.",
        { Status: null } => "has not ended.",
        { Status: { } status, Error: { } error } =>
            $"{Wording.Of(status)}{(error.Step is null ? "" : $" at step '{error.Step}'")} ({Wording.Name(error.Kind)}): {Wording.OneLine(error)}",
        { Status: { } status } => $"{Wording.Of(status)}.",
    };

    private static string? Failed(RunAttemptSummary attempt)
    {
        var others = attempt.Failed.Where(id => id != attempt.Error?.Step).ToList();
        return others.Count == 0 ? null : $"{(attempt.Error?.Step is null ? "Failed" : "Also failed")}: {Wording.Names(others)}.";
    }

    private static string? Origin(RunAttemptSummary attempt) => attempt switch
    {
        { By: { } by, Reason: { } reason } => $"By {by}: {Wording.Sentence(reason)}",
        { By: { } by } => $"By {by}.",
        { Reason: { } reason } => $"Reason: {Wording.Sentence(reason)}",
        _ => null,
    };

    private static string? Changed(RunAttemptSummary attempt)
    {
        if (attempt.Changed is not { } changed)
        {
            return null;
        }

        List<string> parts = [];
        Add("input", "inputs", changed.Inputs);
        Add("output given by hand of step", "outputs given by hand of steps", changed.Outputs);
        Add("step", "steps", changed.Steps);
        Add("without step", "without steps", changed.Removed);
        Add("option", "options", changed.Options);
        return parts.Count == 0 ? null : $"Changed: {string.Join("; ", parts)}.";

        void Add(string one, string several, IReadOnlyList<string> names)
        {
            if (names.Count > 0)
            {
                parts.Add($"{Wording.Noun(names.Count, one, several)} {Wording.Names(names)}");
            }
        }
    }

    private static string? Reused(RunAttemptSummary attempt) => attempt.Reused.Count switch
    {
        0 => attempt.N == 1 ? null : "Reused no step.",
        1 => $"Reused 1 step: {attempt.Reused[0]}.",
        var count => $"Reused {count} steps: {Wording.Names(attempt.Reused)}.",
    };
}
