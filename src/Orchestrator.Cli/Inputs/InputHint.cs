using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Inputs;

/// <summary>How a value of the declared type is written with <c>-i</c>.</summary>
internal static class InputHint
{
    /// <summary>The message of a refusal and, where an input has the wrong type, the way to write one.</summary>
    public static string Of(WorkflowError problem) => problem.Details is { } details && Text(details, "input") is { } name && Example(name, Text(details, "type")) is { } example
        ? $"{problem.Message} In a shell write {example}, or give it in the file of --inputs."
        : problem.Message;

    private static string? Example(string name, string? type) => type switch
    {
        "string" => $"""-i '{name}="123"' (quotes around what looks like another type)""",
        "number" => $"-i {name}=1.5",
        "integer" => $"-i {name}=3",
        "boolean" => $"-i {name}=true or -i {name}=false",
        "array" => $"""-i '{name}=["a", "b"]'""",
        "object" => $$"""-i '{{name}}={"key": "value"}'""",
        _ => null,
    };

    private static string? Text(JsonObject details, string name) => details[name]?.GetValue<string>();
}
