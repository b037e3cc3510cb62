using System.Text.Json;

namespace Orchestrator.EndToEnd.Processes;

/// <summary>How a process ended and what it said.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output as one JSON document; fails when it is none, or holds anything beside it.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }
}
