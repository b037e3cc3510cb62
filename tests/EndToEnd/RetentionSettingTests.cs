using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

public sealed class RetentionSettingTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("36501")]
    [InlineData("a month")]
    public async Task Setting_that_is_out_of_range_is_refused_in_one_sentence(string days)
    {
        using var folder = new TempFolder();

        var result = await OrchestratorProcess.RunAsync(
            folder.Path, new Dictionary<string, string> { ["Orchestrator__RetainDays"] = days }, "serve", "--port", "0", "--state",
            folder.Combine("state"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("RetainDays", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
