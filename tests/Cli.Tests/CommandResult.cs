using System.Text.Json;

namespace Orchestrator.Cli.Tests;

/// <summary>What a command did: its exit code and both outputs.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The output as one JSON document; fails when it is none, or holds anything beside it.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }
}
