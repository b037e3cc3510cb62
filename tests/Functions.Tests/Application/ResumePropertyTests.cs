using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Feed;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// The law of resuming: whatever failed, and whatever was edited since, a resumed run gives what a fresh run of the new definition would give with
/// the same answers of the models, and asks nothing that a finished step has asked already.
/// </summary>
public sealed class ResumePropertyTests : IAsyncLifetime
{
    private const int Cases = 150;

    private readonly AnsweringModels _models = new(prompt => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)))[..4]);
    private AppHost _app = null!;

    public async Task InitializeAsync() => _app = await AppHost.StartAsync(models: _models);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Resumed_run_gives_what_a_fresh_run_gives_and_asks_nothing_twice()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            try
            {
                await CheckAsync(seed);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private async Task CheckAsync(int seed)
    {
        var workflow = new RandomWorkflow(seed);
        var refused = workflow.Refused();
        _models.Refuses = prompt => refused.Contains(prompt[..(prompt.IndexOf('>', StringComparison.Ordinal) + 1)]);
        var id = $"r{seed}";
        var run = await StartAsync(id, workflow);
        var paid = _models.TakeAsked().Where(prompt => !_models.Refuses(prompt)).ToList();
        _models.Refuses = _ => false;
        var edits = Enumerable.Range(0, seed % 4).Select(_ => workflow.Edit()).ToList();

        var fork = run.Status == RunStatus.Completed;
        var resumed = await _app.Get<RunResumer>().ResumeAsync(
            _app.Client,
            new ResumeRequest(id)
            {
                Definition = Text(workflow),
                Inputs = (JsonObject)workflow.Inputs.DeepClone(),
                Fork = fork,
                ForkAs = fork ? $"f{seed}" : null,
            },
            CancellationToken.None);
        var after = await _app.WaitAsync(resumed.InstanceId, resumed.RunId);
        var asked = _models.TakeAsked();
        var fresh = await StartAsync($"n{seed}", workflow);
        _models.TakeAsked();

        var story = $"{workflow.Definition} edited: {string.Join(", ", edits)}; refused at first: {string.Join(' ', refused)}";
        Assert.True(Result(fresh) == Result(after), $"{story}\nfresh:   {Result(fresh)}\nresumed: {Result(after)}");

        // A step that reads the record of a step that failed may ask the same again: that record was another one.
        Assert.True(
            !asked.Intersect(paid).Any(prompt => !MayRepeat(workflow, prompt)), $"{story}\nasked again: {string.Join(" | ", asked.Intersect(paid))}");
    }

    /// <summary>
    /// Of a step with <c>settled</c>, or whose list of dependencies changed, the text may be the same although what it depends on is not.
    /// </summary>
    private static bool MayRepeat(RandomWorkflow workflow, string prompt)
    {
        var id = prompt[1..prompt.IndexOf('>', StringComparison.Ordinal)];
        var step = JsonNode.Parse(workflow.Definition)!["steps"]!.AsArray().First(step => step!["id"]!.GetValue<string>() == id)!;
        return step["join"] is not null || step["when"] is not null || prompt.Contains('-', StringComparison.Ordinal);
    }

    private async Task<RunDocument> StartAsync(string runId, RandomWorkflow workflow)
    {
        await _app.Get<RunStarter>().StartAsync(
            _app.Client,
            new StartRequest { RunId = runId, Definition = Text(workflow), Inputs = (JsonObject)workflow.Inputs.DeepClone() },
            CancellationToken.None);
        return await _app.WaitAsync(runId);
    }

    /// <summary>Outputs and states, in which a reused step is a completed one.</summary>
    private static string Result(RunDocument run)
    {
        var steps = run.Steps.Select(step =>
            $"{step.Key}:{(step.Value.Status == StepStatus.Reused ? StepStatus.Completed : step.Value.Status)}{step.Value.Reason}");
        return $"{run.Status} {run.Outputs?.ToJsonString()} {string.Join(' ', steps)}";
    }

    private static ReadOnlyMemory<byte> Text(RandomWorkflow workflow) => Encoding.UTF8.GetBytes(workflow.Definition);
}
