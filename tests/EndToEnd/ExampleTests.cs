using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

[Collection(Alone.Name)]
public sealed class ExampleTests : IDisposable
{
    private static readonly string[] Critiques = ["clarify", "framework", "assumptions", "solution"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("01-cfas-feedback", "summary")]
    [InlineData("02-chain", "article")]
    [InlineData("03-diamond", "verdict")]
    [InlineData("04-refine", "report")]
    public async Task Example_runs_with_its_sample_inputs(string name, string output)
    {
        var result = await OrchestratorProcess.RunAsync(
            _folder.Path, "run", Repository.Example(name), "--json", "--model", "simulated:latency=20,tokensPerSecond=5000");

        Assert.True(result.ExitCode == 0, result.Error);
        var run = result.Json();
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.All(run.GetProperty("steps").EnumerateObject(), step => Assert.Equal("completed", step.Value.GetProperty("status").GetString()));
        Assert.NotEmpty(run.GetProperty("outputs").GetProperty(output).ToString());
    }

    /// <summary>As the README says it: no options at all. The simulated model then takes about two seconds a prompt.</summary>
    [Fact]
    public async Task Cfas_as_a_newcomer_runs_it_overlaps_the_critiques_and_joins_them()
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, "run", Repository.Example("01-cfas-feedback"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("simulated", result.Output, StringComparison.Ordinal);
        Assert.Contains("── scores_transformed ──", result.Output, StringComparison.Ordinal);
        var run = await ShowAsync(RunIdIn(result.Output));
        var steps = run.GetProperty("steps");
        Assert.Equal(["clarify", "framework", "assumptions", "solution", "summary", "score"], steps.EnumerateObject().Select(step => step.Name));
        Assert.All(steps.EnumerateObject(), step => Assert.Equal("completed", step.Value.GetProperty("status").GetString()));

        var lastStart = Critiques.Max(step => Time(step, "startedAt"));
        var firstEnd = Critiques.Min(step => Time(step, "completedAt"));
        var lastEnd = Critiques.Max(step => Time(step, "completedAt"));
        Assert.True(lastStart < firstEnd, $"the last critique started at {lastStart:O}, the first ended at {firstEnd:O}");
        Assert.True(Time("summary", "startedAt") >= lastEnd, "the summary started before the last critique had ended");
        Assert.True(Time("score", "startedAt") >= lastEnd, "the scores started before the last critique had ended");

        var usage = run.GetProperty("usage");
        Assert.True(usage.GetProperty("parallelEfficiency").GetDouble() > 2, usage.GetRawText());
        var scores = run.GetProperty("outputs").GetProperty("scores_transformed").EnumerateObject();
        Assert.Equal(5, scores.Count(score => score.Value.ValueKind == JsonValueKind.Number));

        DateTimeOffset Time(string step, string member) => steps.GetProperty(step).GetProperty(member).GetDateTimeOffset();
    }

    /// <summary>From the line that says "Run {id}: 6 steps, at most 4 at a time."</summary>
    private static string RunIdIn(string output) =>
        output.Split('\n').First(line => line.StartsWith("Run ", StringComparison.Ordinal))[4..].Split(':')[0];

    private async Task<JsonElement> ShowAsync(string runId)
    {
        var shown = await OrchestratorProcess.RunAsync(_folder.Path, "runs", "show", runId, "--json");
        Assert.True(shown.ExitCode == 0, shown.Error);
        return shown.Json();
    }
}
