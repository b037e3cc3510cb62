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

    /// <summary>The exit code, and what the command said when it is another one.</summary>
    public void AssertExit(int code) => Assert.True(code == ExitCode, $"exit code {ExitCode} instead of {code}: {Error}{Output}");

    /// <summary>Exit code 2 and sentences for people: nothing on the output, no stack trace.</summary>
    public void AssertPlainRefusal()
    {
        Assert.True(ExitCode == ExitCodes.WrongUsage, $"exit code {ExitCode}: {Error}");
        Assert.Empty(Output);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
    }
}
