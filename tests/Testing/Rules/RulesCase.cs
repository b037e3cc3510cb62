using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Testing.Rules;

/// <summary>
/// A whole definition, the answers of its steps, and the requests of its user. It follows from a seed, so that the seed reproduces it.
/// </summary>
/// <param name="Definition">Native JSON. The text of each prompt begins with its step's id and a colon.</param>
/// <param name="Answers">Answers by step and attempt, the value of <c>steps</c> in a mock file.</param>
/// <param name="Requests">In the order of their times.</param>
public sealed record RulesCase(int Seed, JsonObject Definition, JsonObject Answers, IReadOnlyList<RulesRequest> Requests)
{
    /// <summary>A <c>#</c> in an answer, which may be replaced by a text that depends on the prompt.</summary>
    public const char OfThePrompt = '#';

    /// <summary>The run's inputs.</summary>
    public const string Inputs = """{ "go": "yes" }""";

    /// <summary>A condition that needs only the inputs and is false.</summary>
    public const string NeverHolds = "inputs.go == 'no'";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The answers after the run is resumed; null: the same.</summary>
    public JsonObject? ResumedAnswers { get; init; }

    /// <summary>Why validation may refuse the definition; null when it must not.</summary>
    public string? MayBeRefused { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"seed {Seed}\ndefinition: {Definition.ToJsonString(Readable)}\nanswers: {Answers.ToJsonString(Readable)}\n" +
        $"requests: {string.Join(", ", Requests)}" +
        (ResumedAnswers is null ? "" : $"\nanswers after a resume: {ResumedAnswers.ToJsonString(Readable)}");
}

/// <summary>The requests of a user after the start.</summary>
public enum RulesRequestKind
{
    Suspend,
    Continue,
    Cancel,
}

/// <summary>A request of the user about the run.</summary>
/// <param name="AtMs">When, in milliseconds from the start, where there is such a time.</param>
/// <param name="Event">The event after which it is sent, where there is a feed.</param>
/// <param name="Step">The step whose event that is.</param>
public sealed record RulesRequest(RulesRequestKind Kind, int AtMs, string Event, string Step);

/// <summary>How many features of the format a generated definition uses.</summary>
public enum RulesProfile
{
    /// <summary>Everything.</summary>
    Everything,

    /// <summary>Nothing that makes the result depend on time or order: no races, time limits, queues, budgets or stops, and no requests.</summary>
    Steady,

    /// <summary>
    /// The same for the result after a resume. In the first attempt of the run, steps fail that later succeed, and the run may be stopped by them, or
    /// cancelled.
    /// </summary>
    Resumable,
}
