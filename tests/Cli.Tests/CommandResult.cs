using System.Text.Json;

namespace Orchestrator.Cli.Tests;

/// <summary>The exit code and both outputs of a command.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The output as one JSON document; fails when it is none, or holds anything beside it.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    /// <summary>Checks the exit code; the failure shows both outputs.</summary>
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
