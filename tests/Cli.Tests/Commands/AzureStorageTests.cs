using Orchestrator.Testing.Azurite;
using Xunit.Abstractions;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>The only tests of this assembly that read the setting of the storage account, so they may set it.</summary>
[NeedsAzurite]
public sealed class AzureStorageTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _container = $"t{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", (await AzuriteServer.SharedAsync()).ConnectionString);
        Environment.SetEnvironmentVariable("Orchestrator__Container", _container);
    }

    public Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", null);
        Environment.SetEnvironmentVariable("Orchestrator__Container", null);
        return Task.CompletedTask;
    }

    [SuiteFact]
    public async Task Workflow_prompt_and_run_are_kept_in_the_account_and_seen_by_all_commands()
    {
        await InvokeAsync("prompts", "add", _workspace.Write("greet.md", "Say {{word}}."));
        await InvokeAsync("workflows", "add", _workspace.Write("one.json", Workspace.One));

        var run = await InvokeAsync("run", "one", "-i", "word=hello", "--run-id", "mine", "--mocks", _workspace.Mocks(), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("greet@", (await InvokeAsync("prompts", "list")).Output, StringComparison.Ordinal);
        Assert.StartsWith("one: version 1, ", (await InvokeAsync("workflows", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("mine  completed", (await InvokeAsync("runs", "list")).Output, StringComparison.Ordinal);
        Assert.Equal("completed", (await InvokeAsync("runs", "show", "mine", "--json")).Json().GetProperty("status").GetString());
        Assert.False(Directory.Exists(Path.Combine(_workspace.State, "runs")));
    }

    /// <summary>
    /// The difference of two runs: what a run makes once is no request of a step. Those of the journal are counted apart, and so are the reads of the
    /// command, which follows the run: a step of the process that drives a run reads no log (<c>RunLogStoreContract</c>).
    /// </summary>
    [SuiteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Step_makes_at_most_four_requests_beside_those_of_the_journal_and_of_the_command(bool isChain)
    {
        const int Few = 4;
        const int Many = 24;
        using var requests = new StorageRequests(_container);
        var counts = new List<(int Ours, int Journal, int Follower)>();
        foreach (var steps in (int[])[Few, Many])
        {
            var file = _workspace.Write($"steps{steps}.json", Steps(steps, isChain));
            requests.Reset();
            var run = await InvokeAsync("run", file, "--mocks", _workspace.Mocks(), "--json");
            Assert.True(run.ExitCode == 0, run.Error);
            output.WriteLine(requests.Report($"{(isChain ? "chain" : "fan-out")} of {steps}", steps));
            var (journal, follower) = (requests.Count(" journal/"), requests.Count("GET runs/*/log-0") + requests.Count("GET runs/*/text-0"));

            // The record of the run is read once in two seconds, however many steps there are: on a slow machine more often in all.
            counts.Add((requests.Total - journal - follower - requests.Count("GET runs/*/run.json"), journal, follower));
        }

        var ours = counts[1].Ours - counts[0].Ours;
        output.WriteLine(
            $"{Many - Few} more steps: {ours} requests, {counts[1].Journal - counts[0].Journal} of the journal, {counts[1].Follower - counts[0].Follower} of the command");
        Assert.InRange(ours, 1, 4 * (Many - Few));
    }

    [SuiteFact]
    public async Task Run_that_is_not_in_the_account_is_refused_with_its_name()
    {
        var result = await InvokeAsync("runs", "show", "nobody");

        result.AssertPlainRefusal();
        Assert.StartsWith("There is no run 'nobody' in the container 't", result.Error, StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Account_that_is_not_set_is_refused_with_what_to_write()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", null);

        var result = await InvokeAsync("workflows", "list");

        result.AssertPlainRefusal();
        Assert.StartsWith("AzureWebJobsStorage is not set; write ", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private static string Steps(int count, bool isChain) => $$"""{ "steps": [ {{string.Join(", ", Enumerable.Range(0, count).Select(step =>
        $$"""{ "id": "s{{step}}", "prompt": "x"{{(isChain && step > 0 ? $", \"dependsOn\": [\"s{step - 1}\"]" : "")}} }"""))}} ] }""";

    private Task<CommandResult> InvokeAsync(params string[] args) =>
        Workspace.InvokeAsync([.. args, "--storage", "azure", "--state", _workspace.State]);
}
