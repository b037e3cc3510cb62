using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Requests;

/// <summary>A request to resume a run. What it does not name is taken from the run. Immutable.</summary>
public sealed record RunResume
{
    /// <summary>The id of the step from which on all steps run again, whatever their status; null: the steps that have not completed.</summary>
    public string? From { get; init; }

    /// <summary>Inputs that replace those of the same names; empty for none.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>Whether the request brings another definition, which is read separately.</summary>
    public bool HasDefinition { get; init; }

    /// <summary>Outputs that replace those of steps, by step id; empty for none.</summary>
    public JsonObject Outputs { get; init; } = [];

    /// <summary>Options that replace those of the run.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Another environment; null: the run's.</summary>
    public string? Environment { get; init; }

    /// <summary>Mocks, not yet validated, that start from their first answers; null: those of the run.</summary>
    public JsonNode? Mocks { get; init; }

    /// <summary>Whether to start a new run from the checkpoints of this one, which stays unchanged. Default false.</summary>
    public bool Fork { get; init; }

    /// <summary>The reason that is recorded, at most <see cref="RunResumeReader.MaxReasonLength"/> characters; null when none is given.</summary>
    public string? Reason { get; init; }
}

/// <summary>Reads and checks the body of a request to resume a run; all errors are reported at once. Thread-safe.</summary>
public static class RunResumeReader
{
    /// <summary>Maximum length of a reason in characters.</summary>
    public const int MaxReasonLength = 1_000;

    /// <summary>Reads a request.</summary>
    /// <param name="utf8">The body as JSON. Its member <c>definition</c> is not read.</param>
    /// <param name="diagnostics">All errors; when there is any, the result is incomplete.</param>
    public static RunResume Read(ReadOnlySpan<byte> utf8, out IReadOnlyList<Diagnostic> diagnostics) =>
        RequestReader.Read(utf8, new RunResume(), Read, out diagnostics);

    private static RunResume Read(ObjectReader body)
    {
        var (options, environment, mocks) = RequestReader.Options(body);
        var resume = new RunResume
        {
            From = body.String("from"),
            Inputs = RequestReader.Members(body, "inputs"),
            Outputs = RequestReader.Members(body, "outputs"),
            HasDefinition = body.Take("definition") is not null,
            Options = options,
            Environment = environment,
            Mocks = mocks,
            Fork = body.Boolean("fork") ?? false,
            Reason = body.String("reason"),
        };
        if (resume.Reason is { Length: > MaxReasonLength } reason)
        {
            body.Error(
                DiagnosticCodes.WrongValue, body.Take("reason")!,
                $"The reason must have at most {MaxReasonLength} characters; it has {reason.Length}.");
        }

        body.Finish();
        return resume;
    }
}
