using System.Security.Cryptography;
using System.Text;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>A large output, which is stored beside the log of its run, is damaged or missing: it costs its step.</summary>
[Trait("Trust", "14")]
public sealed class LostValueTests : IAsyncLifetime
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0, "defaultModel": "m" },
          "steps": [ { "id": "a", "prompt": "A" }, { "id": "b", "prompt": "B {{a}}", "dependsOn": ["a"] },
          { "id": "c", "prompt": "C {{b}}", "options": { "retryCount": 0 }, "dependsOn": ["b"] } ] }
        """;

    private static readonly string Large = new('x', 100_000);

    private readonly MemoryContentStore _store = new();
    private readonly AnsweringModels _models = new(prompt => prompt == "A" ? Large : "ok");
    private AppHost _app = null!;
    private ContentKey _value;

    public async Task InitializeAsync()
    {
        _app = await AppHost.StartAsync(store: _store, models: _models);
        _models.Refuses = prompt => prompt == "C ok";
        await _app.Get<RunStarter>().StartAsync(
            _app.Client, new StartRequest { RunId = "r1", Definition = Encoding.UTF8.GetBytes(Definition) }, default);
        Assert.Equal(RunStatus.Failed, (await _app.WaitAsync("r1")).Status);
        _models.Refuses = _ => false;
        _value = ContentKey.Of("runs", "r1", "outputs", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"\"{Large}\""))));
        Assert.NotNull(await _store.GetAsync(_value));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Resume_executes_its_step_again_and_warns(bool isMissing, bool isFork)
    {
        await DamageAsync(isMissing);

        var run = await ResumeAsync(new ResumeRequest("r1") { Fork = isFork, ForkAs = isFork ? "r2" : null });

        Assert.Equal((RunStatus.Completed, Large), (run.Status, run.Outputs!["a"]!.GetValue<string>()));
        Assert.Equal((StepStatus.Completed, false), (run.Steps["a"].Status, run.Steps["a"].Reused));
        var warning = Assert.Single(run.Warnings, warning => warning.Contains($"'{_value}'", StringComparison.Ordinal));
        Assert.EndsWith("Step 'a' is executed again unless another attempt of the run completed it.", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Step_is_refused_by_name_and_the_run_is_shown(bool isMissing)
    {
        var whole = (await _app.Get<RunReader>().FindAsync("r1", default))!;
        await DamageAsync(isMissing);

        var problem = await Assert.ThrowsAsync<UnreadableRecordException>(() => _app.Get<RunStepReader>().FindAsync("r1", "a", default));
        Assert.Equal(_value.Value, problem.Key);
        Assert.NotNull(await _app.Get<RunStepReader>().FindAsync("r1", "b", default));
        Assert.Equal(whole.Usage, (await _app.Get<RunReader>().FindAsync("r1", default))!.Usage);
    }

    /// <summary>The inputs of the steps that read the large output are as large.</summary>
    [Fact]
    public async Task Lost_inputs_cost_no_step()
    {
        await foreach (var key in _store.ListAsync(ContentPrefix.Under("runs", "r1", "outputs")).Where(key => key != _value))
        {
            await _store.DeleteAsync(key);
        }

        var run = await ResumeAsync(new ResumeRequest("r1"));

        Assert.Equal((RunStatus.Completed, Large), (run.Status, run.Outputs!["a"]!.GetValue<string>()));
        Assert.Equal((StepStatus.Reused, StepStatus.Reused), (run.Steps["a"].Status, run.Steps["b"].Status));
        Assert.DoesNotContain(run.Warnings, warning => warning.Contains("outputs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sound_output_is_reused_and_a_fork_has_its_own()
    {
        var run = await ResumeAsync(new ResumeRequest("r1") { Fork = true, ForkAs = "r2" });
        await _app.Get<RunDeleter>().DeleteAsync(_app.Client, "r1", default);

        Assert.Equal((RunStatus.Completed, StepStatus.Reused), (run.Status, run.Steps["a"].Status));
        Assert.Equal(Large, (await _app.Get<RunStepReader>().FindAsync("r2", "a", default))!.Output!.GetValue<string>());
        Assert.Null(await _store.GetAsync(_value));
    }

    private Task DamageAsync(bool isMissing) =>
        isMissing ? _store.DeleteAsync(_value) : _store.PutAsync(_value, Encoding.UTF8.GetBytes("\"shorter\""));

    private async Task<RunDocument> ResumeAsync(ResumeRequest request)
    {
        var resumed = await _app.Get<RunResumer>().ResumeAsync(_app.Client, request, default);
        return await _app.WaitAsync(resumed.InstanceId, request.ForkAs ?? request.RunId);
    }
}
