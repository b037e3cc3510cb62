using System.Diagnostics;
using System.Text.Json;
using Orchestrator.EndToEnd.Processes;

namespace Orchestrator.EndToEnd;

/// <summary>What <c>eng/publish.sh</c> publishes. The archives themselves are made and started by <c>bench/nightly</c>: they take minutes.</summary>
public sealed class PublishTests
{
    [Theory]
    [InlineData("false", "false")]
    [InlineData("true", "true")]
    public async Task Published_builds_are_compiled_ahead_of_time(string selfContained, string composite)
    {
        using var evaluated = JsonDocument.Parse(await EvaluateAsync(
            "-getProperty:PublishReadyToRun,PublishReadyToRunComposite,TieredPGO",
            "-p:Configuration=Release", "-p:RuntimeIdentifier=linux-x64", $"-p:SelfContained={selfContained}"));

        var properties = evaluated.RootElement.GetProperty("Properties");
        Assert.Equal("true", properties.GetProperty("PublishReadyToRun").GetString());
        Assert.Equal(composite, properties.GetProperty("PublishReadyToRunComposite").GetString());
        Assert.Equal("false", properties.GetProperty("TieredPGO").GetString());
    }

    private static async Task<string> EvaluateAsync(params string[] options)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        using var evaluation = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", Repository.File("src/Orchestrator.Cli"), .. options])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await evaluation.StandardOutput.ReadToEndAsync(timeout.Token);
        await evaluation.WaitForExitAsync(timeout.Token);
        return output;
    }
}
