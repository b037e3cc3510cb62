using System.Text.Json;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Mocks;

/// <summary>Reads one document of mocks and collects every mistake. Not thread-safe.</summary>
internal sealed class MockScriptReader
{
    private static readonly string[] ScriptMembers = ["steps", "else"];
    private static readonly string[] ResponseMembers = ["output", "latencyMs", "usage", "error"];
    private static readonly string[] UsageMembers = ["inputTokens", "outputTokens", "cachedTokens"];
    private static readonly string[] ErrorMembers = ["kind", "message", "retryAfterMs", "retryable"];

    private static readonly Dictionary<string, ErrorKind> Kinds =
        Enum.GetValues<ErrorKind>().ToDictionary(EnumNames.Of, StringComparer.Ordinal);

    private readonly List<Diagnostic> _diagnostics = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The simulated model that answers for steps without a mock; null for none.</summary>
    public string? Else { get; private set; }

    public static Diagnostic Error(string code, string pointer, string message, string? suggestion = null) =>
        new(code, DiagnosticSeverity.Error, pointer, 0, 0, message) { Suggestion = suggestion };

    /// <summary>The JSON pointer of a member.</summary>
    public static string Below(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public IReadOnlyDictionary<string, IReadOnlyList<MockResponse>> Read(JsonElement root)
    {
        var responses = new Dictionary<string, IReadOnlyList<MockResponse>>(StringComparer.Ordinal);
        var members = Members(root, "", ScriptMembers, "The mocks");
        if (members?.TryGetValue("else", out var otherwise) == true)
        {
            ReadElse(otherwise);
        }

        if (members is not null && !members.TryGetValue("steps", out _))
        {
            Report("mock-missing", "", "The mocks have no member 'steps': { \"steps\": { \"clarify\": [ { \"output\": \"…\" } ] } }.");
        }
        else if (members is not null && Members(members["steps"], "/steps", null, "'steps'") is { } steps)
        {
            foreach (var (address, list) in steps)
            {
                responses[address] = ReadList(address, list, Below("/steps", address));
            }
        }

        return responses;
    }

    private void ReadElse(JsonElement otherwise)
    {
        try
        {
            Else = otherwise.ValueKind == JsonValueKind.String ? otherwise.GetString()! : otherwise.GetRawText();
            SimulatedModelOptions.Parse(Else);
        }
        catch (ModelOptionException exception)
        {
            Report("mock-invalid-value", "/else", $"'else' is the simulated model, which alone may answer beside mocks. {exception.Message}");
        }
    }

    private List<MockResponse> ReadList(string address, JsonElement list, string pointer)
    {
        if (!MockAddress.IsValid(address))
        {
            Report(
                "mock-invalid-step", pointer,
                $"'{address}' is not the name of a step. Write step, step[key] for an item of a map, or * for the rest.");
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            Report("mock-empty", pointer, $"'{address}' needs a list with at least one answer; the last one repeats.");
            return [];
        }

        return [.. list.EnumerateArray().Select((item, index) => ReadResponse(item, $"{pointer}/{index}"))];
    }

    private MockResponse ReadResponse(JsonElement item, string pointer)
    {
        if (Members(item, pointer, ResponseMembers, "An answer") is not { } members)
        {
            return new MockResponse();
        }

        var (hasOutput, hasError) = (members.TryGetValue("output", out var output), members.ContainsKey("error"));
        if (hasOutput == hasError)
        {
            Report("mock-output-or-error", pointer, hasOutput
                ? "An answer has an output or an error, not both."
                : "An answer needs an output or an error.");
        }

        CheckValue(output, pointer + "/output");
        return new MockResponse
        {
            Output = hasOutput ? output.Clone() : null,
            LatencyMs = (int)(Number(members, "latencyMs", pointer, int.MaxValue) ?? 0),
            Usage = members.TryGetValue("usage", out var usage) ? ReadUsage(usage, pointer + "/usage") : null,
            Error = members.TryGetValue("error", out var error) ? ReadError(error, pointer + "/error") : null,
        };
    }

    /// <summary>Reports duplicate names anywhere in a value, because it is not known which of the two was meant.</summary>
    private void CheckValue(JsonElement value, string pointer)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var (name, member) in Members(value, pointer, null, "A value")!)
            {
                CheckValue(member, Below(pointer, name));
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                CheckValue(item, $"{pointer}/{index}");
            }
        }
    }

    private MockUsage? ReadUsage(JsonElement usage, string pointer) =>
        Members(usage, pointer, UsageMembers, "'usage'") is { } members
            ? new MockUsage
            {
                InputTokens = Number(members, "inputTokens", pointer, long.MaxValue) ?? 0,
                OutputTokens = Number(members, "outputTokens", pointer, long.MaxValue) ?? 0,
                CachedTokens = Number(members, "cachedTokens", pointer, long.MaxValue) ?? 0,
            }
            : null;

    private WorkflowError? ReadError(JsonElement error, string pointer)
    {
        if (Members(error, pointer, ErrorMembers, "'error'") is not { } members)
        {
            return null;
        }

        var kind = ReadKind(members, pointer);
        if (members.TryGetValue("message", out var message) && message.ValueKind != JsonValueKind.String)
        {
            Report("mock-invalid-value", pointer + "/message", "'message' is a text.");
        }

        if (members.TryGetValue("retryable", out var retryable) && retryable.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Report("mock-invalid-value", pointer + "/retryable", "'retryable' is true or false.");
        }

        var text = message.ValueKind == JsonValueKind.String ? message.GetString()! : $"The mock failed with {kind.Name}.";
        return new WorkflowError(kind.Kind, text)
        {
            Retryable = retryable.ValueKind switch
            {
                JsonValueKind.Undefined => WorkflowError.IsTransient(kind.Kind),
                var given => given == JsonValueKind.True,
            },
            RetryAfterMs = (int?)Number(members, "retryAfterMs", pointer, int.MaxValue),
        };
    }

    private (ErrorKind Kind, string Name) ReadKind(Dictionary<string, JsonElement> members, string pointer)
    {
        if (!members.TryGetValue("kind", out var value) || value.ValueKind != JsonValueKind.String)
        {
            Report("mock-missing", pointer, "An error needs a 'kind', such as \"rateLimited\".");
            return default;
        }

        var name = value.GetString()!;
        if (Kinds.TryGetValue(name, out var kind))
        {
            return (kind, name);
        }

        Report(
            "mock-unknown-kind", pointer + "/kind", $"There is no error kind '{name}', only {string.Join(", ", Kinds.Keys)}.",
            Suggestion.For(name, Kinds.Keys));
        return default;
    }

    private long? Number(Dictionary<string, JsonElement> members, string name, string pointer, long maximum)
    {
        if (!members.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 && number <= maximum)
        {
            return number;
        }

        Report("mock-invalid-value", Below(pointer, name), $"'{name}' is a whole number, 0 or more.");
        return null;
    }

    private Dictionary<string, JsonElement>? Members(JsonElement value, string pointer, string[]? allowed, string subject)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Report("mock-invalid-value", pointer, $"{subject} must be an object.");
            return null;
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var place = Below(pointer, member.Name);
            if (allowed is not null && !allowed.Contains(member.Name))
            {
                Report(
                    "mock-unknown-member", place, $"There is no member '{member.Name}' here, only {string.Join(", ", allowed)}.",
                    Suggestion.For(member.Name, allowed));
            }
            else if (!members.TryAdd(member.Name, member.Value))
            {
                Report("mock-duplicate", place, $"'{member.Name}' is given twice.");
            }
        }

        return members;
    }

    private void Report(string code, string pointer, string message, string? suggestion = null) =>
        _diagnostics.Add(Error(code, pointer, message, suggestion));
}
