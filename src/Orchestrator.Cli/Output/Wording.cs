using System.Globalization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Cli.Output;

/// <summary>How values are written for people: figures, times, states, lists.</summary>
internal static class Wording
{
    /// <summary>Longer lists of names end with the number of the rest.</summary>
    private const int MaxNames = 12;

    /// <summary>A duration in one or two units: <c>999 ms</c>, <c>1.00 s</c>, <c>1 min 00 s</c>; empty for null.</summary>
    public static string Duration(double? milliseconds) => milliseconds switch
    {
        null => "",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        _ => Offset(TimeSpan.FromMilliseconds(milliseconds.Value)),
    };

    /// <summary>The time since the start of a run: as <see cref="Duration"/>, but times below a second in seconds, too.</summary>
    public static string Offset(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes:00} min",
        _ => $"{time.Days} d {time.Hours:00} h",
    };

    /// <summary>A time in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Input and output tokens; estimated ones with a tilde.</summary>
    public static string Tokens(TokenUsage usage) =>
        string.Create(CultureInfo.InvariantCulture, $"{(usage.Estimated ? "~" : "")}{usage.InputTokens} + {usage.OutputTokens} tokens");

    /// <summary>US dollars; amounts below a cent with six decimals.</summary>
    /// <param name="dollars">Null for an unknown cost.</param>
    public static string Money(decimal? dollars) => dollars is null
        ? "cost unknown"
        : "$" + dollars.Value.ToString(dollars is > 0 and < 0.01m ? "0.000000" : "0.00##", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun: <c>1 run</c>, <c>2 runs</c>.</summary>
    public static string Count(int number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {Noun(number, noun)}");

    /// <summary>The noun that agrees with a number.</summary>
    /// <param name="plural">Null: the noun and an s.</param>
    public static string Noun(int number, string noun, string? plural = null) => number == 1 ? noun : plural ?? noun + "s";

    /// <summary>Names with commas; of more than twelve the first twelve and the number of the rest.</summary>
    public static string Names(IReadOnlyList<string> names) => names.Count <= MaxNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more";

    /// <summary>Text with a full stop, so that a sentence can follow.</summary>
    public static string Sentence(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";

    /// <summary>The status in a sentence: <c>timed out</c>.</summary>
    public static string Of(RunStatus status) => status == RunStatus.TimedOut ? "timed out" : EnumNames.Of(status);

    /// <summary>The status in a sentence: <c>running</c>.</summary>
    public static string Of(StepStatus status) => EnumNames.Of(status);

    /// <summary>The name that documents and options have for a value: <c>timedOut</c>, <c>rateLimited</c>.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => EnumNames.Of(value);

    /// <summary>An error's message on one line, so that text from a server does not look like lines of this program; null for null.</summary>
    public static string? OneLine(WorkflowError? error) => error?.Message.ReplaceLineEndings(" ");
}
