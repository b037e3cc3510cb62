using Orchestrator.Activities.Documents;

namespace Orchestrator.Cli.Output;

/// <summary>The attempts of a resumed run: the request, the changes, the results taken over and the outcome of each.</summary>
internal static class AttemptHistory
{
    /// <summary>One line per attempt, and below it what is known of how it came about; none for a run of one plain attempt.</summary>
    public static IEnumerable<string> Lines(RunDocument run) =>
        run.Attempts is [{ From: null, Reason: null, Reused.Count: 0 }] ? [] : run.Attempts.SelectMany(Lines);

    /// <summary>With a full stop, so that another sentence can follow.</summary>
    public static string Sentence(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";

    private static IEnumerable<string> Lines(RunAttemptSummary attempt)
    {
        yield return $"Attempt {attempt.N}{(attempt.From is null ? "" : $" from '{attempt.From}'")}{When(attempt)}: {Outcome(attempt)}";
        var more = string.Join(' ', ((string?[])[Failed(attempt), Asked(attempt), Changed(attempt), Reused(attempt)]).OfType<string>());
        if (more.Length > 0)
        {
            yield return "  " + more;
        }
    }

    private static string When(RunAttemptSummary attempt) => attempt.StartedAt is not { } start
        ? ""
        : $", {Numbers.Moment(start)}{(attempt.CompletedAt is { } end ? $", {Numbers.Duration(Math.Max(0, (end - start).TotalMilliseconds))}" : "")}";

    private static string Outcome(RunAttemptSummary attempt) => attempt switch
    {
        { Status: null, StartedAt: null } => "has not begun.",
        { Status: null } => "has not ended.",
        { Error: { Step: { } step } error } => $"{StatusWords.Of(attempt.Status.Value)} at step '{step}' ({StatusWords.Of(error.Kind)}): {ErrorLine.Of(error)}",
        { Error: { } error } => $"{StatusWords.Of(attempt.Status.Value)} ({StatusWords.Of(error.Kind)}): {ErrorLine.Of(error)}",
        _ => $"{StatusWords.Of(attempt.Status.Value)}.",
    };

    private static string? Failed(RunAttemptSummary attempt) => attempt.Failed.Where(id => id != attempt.Error?.Step).ToList() is { Count: > 0 } others
        ? $"{(attempt.Error?.Step is null ? "Failed" : "Also failed")}: {NameList.Of(others)}."
        : null;

    private static string? Asked(RunAttemptSummary attempt) => attempt switch
    {
        { By: { } by, Reason: { } reason } => $"By {by}: {Sentence(reason)}",
        { By: { } by } => $"By {by}.",
        { Reason: { } reason } => $"Reason: {Sentence(reason)}",
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
                parts.Add($"{(names.Count == 1 ? one : several)} {NameList.Of(names)}");
            }
        }
    }

    private static string? Reused(RunAttemptSummary attempt) => attempt.Reused.Count switch
    {
        0 => attempt.N == 1 ? null : "Reused no step.",
        1 => $"Reused 1 step: {attempt.Reused[0]}.",
        var count => $"Reused {count} steps: {NameList.Of(attempt.Reused)}.",
    };
}
