using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Tools;

/// <summary>A tool that steps of type <c>tool</c> invoke by name. Implementations are thread-safe: one instance serves all runs.</summary>
public interface ITool
{
    /// <summary>The name that definitions use: 1 to 64 of <c>a-z 0-9 _</c>, a letter first.</summary>
    public string Name { get; }

    /// <summary>What the tool does, in one sentence.</summary>
    public string Description { get; }

    /// <summary>The JSON Schema of the input, with the keywords of <see cref="ToolSchema"/>. Callers must not change it.</summary>
    public JsonObject InputSchema { get; }

    /// <summary>Invokes the tool once. The caller has checked the input against <see cref="InputSchema"/> (<see cref="ToolInputCheck"/>).</summary>
    /// <returns>The output of the step; null is JSON's null.</returns>
    /// <exception cref="ToolException">The tool failed; the exception carries the reason.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> fired: the step reached its time limit, or the run was cancelled.
    /// </exception>
    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken);
}

/// <summary>One invocation of a tool. Immutable.</summary>
public sealed record ToolCall
{
    /// <summary>The input with every placeholder filled in, checked against the tool's schema. May contain values of secrets.</summary>
    public required JsonObject Input { get; init; }

    /// <summary>The id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>The id of the step.</summary>
    public required string StepId { get; init; }

    /// <summary>The attempt of the step, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// The same for every repetition of one logical call: retries, and executions after a crash. Pass it on to services that recognize repeated
    /// requests.
    /// </summary>
    public required string IdempotencyKey { get; init; }
}

/// <summary>A tool failed. The step executor turns the exception into the outcome of the step.</summary>
public sealed class ToolException(WorkflowError error, Exception? innerException = null) : WorkflowErrorException(error, innerException)
{
    /// <summary>Makes the failure from its kind and message.</summary>
    /// <param name="kind">Also decides whether a retry may help.</param>
    /// <param name="message">One sentence for the user: what went wrong and what to do. Without values of secrets.</param>
    public ToolException(ErrorKind kind, string message, Exception? innerException = null)
        : this(new WorkflowError(kind, message) { Retryable = WorkflowError.IsTransient(kind) }, innerException)
    {
    }
}

/// <summary>Reads the members of a checked input. Absent and null are both null.</summary>
internal static class ToolValues
{
    public static string? Text(this JsonObject input, string name) => input[name]?.GetValue<string>();

    /// <summary>A whole number in any notation, such as 3, 3.0 or 3e2.</summary>
    public static int? Integer(this JsonObject input, string name) =>
        input[name] is { } value ? (int)double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    public static bool? Flag(this JsonObject input, string name) => input[name]?.GetValue<bool>();

    /// <summary>The JSON list of an enum's values, for schemas.</summary>
    public static string Choices<T>(params ReadOnlySpan<T> without)
        where T : struct, Enum
    {
        var choices = EnumNames.All<T>().ToList();
        foreach (var value in without)
        {
            choices.Remove(EnumNames.Of(value));
        }

        return Choices(choices);
    }

    /// <summary>The same of texts. Without the serializer: tools are made by every start, and it would wait for, and then prepare, much else.</summary>
    public static string Choices(IEnumerable<string> texts) => new JsonArray([.. texts.Select(text => JsonValue.Create(text))]).ToJsonString();
}
