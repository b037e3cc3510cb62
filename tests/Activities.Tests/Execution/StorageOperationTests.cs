using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.Models;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage.Blobs;
using Orchestrator.Testing.Azurite;
using Orchestrator.Workflows.Runs;
using Xunit.Abstractions;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>How many requests a step makes to a storage account, each of which is paid for.</summary>
[NeedsAzurite]
public sealed class StorageOperationTests(ITestOutputHelper output)
{
    private const int Steps = 20;

    /// <param name="workers">How many processes execute the steps in turn, as the workers of an app in Azure.</param>
    [SuiteTheory]
    [InlineData(false, false, 1)]
    [InlineData(false, true, 1)]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 1)]
    [InlineData(false, false, 2)]
    [InlineData(false, true, 2)]
    [InlineData(true, false, 2)]
    [InlineData(true, true, 2)]
    public async Task Step_makes_at_most_four_requests(bool isChain, bool isPaid, int workers)
    {
        var (container, settings) = ($"t{Guid.NewGuid():N}", new ConfigurationBuilder().AddInMemoryCollection(
            [KeyValuePair.Create(BlobAccount.DefaultSetting, (string?)(await AzuriteServer.SharedAsync()).ConnectionString)]).Build());
        var processes = Enumerable.Range(0, workers)
            .Select(_ => new TestRuns(new BlobContentStore(BlobAccount.Read(settings), container))).ToList();
        var run = await processes[0].BeginAsync(Definition(isChain), mocks: isPaid ? null : """{ "*": [ { "output": "ok" } ] }""");
        var executors = processes.ConvertAll(process => process.MakeExecutor(
            new Model(), process.Store, new RunControl(process.Store, process.Time, isShared: true), leased: true));
        using var requests = new StorageRequests(container);

        // What a process reads once for a run is no request of a step.
        var outcomes = new List<StepOutcome>();
        for (var step = 0; step < workers; step++)
        {
            outcomes.Add(await ExecuteAsync(step));
        }

        requests.Reset();
        if (isChain)
        {
            for (var step = workers; step < Steps; step++)
            {
                outcomes.Add(await ExecuteAsync(step));
            }
        }
        else
        {
            outcomes.AddRange(await Task.WhenAll(Enumerable.Range(workers, Steps - workers).Select(ExecuteAsync)));
        }

        output.WriteLine(requests.Report($"{(isChain ? "chain" : "fan-out")} of {(isPaid ? "prompts" : "mocks")}, {workers} workers", Steps - workers));
        Assert.InRange(requests.Total, 1, 4 * (Steps - workers));
        Assert.Equal(0, requests.Count("claims"));
        Assert.All(outcomes, outcome => Assert.Equal(StepStatus.Completed, outcome.Status));

        Task<StepOutcome> ExecuteAsync(int step) =>
            executors[step % workers].ExecuteAsync(processes[step % workers].Call(run, step), CancellationToken.None);
    }

    private static string Definition(bool isChain)
    {
        var steps = Enumerable.Range(0, Steps).Select(step => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "id": "s{{step}}", {{(isChain && step > 0 ? $"\"prompt\": \"more than {{{{s{step - 1}}}}}\", \"dependsOn\": [\"s{step - 1}\"]" : "\"prompt\": \"x\"")}} }"""));
        return $$"""{ "steps": [ {{string.Join(", ", steps)}} ] }""";
    }

    private sealed class Model : IChatClientFactory
    {
        public IChatClient Create(string model) => ScriptedChatClient.Of(ScriptedChatClient.Text("ok"), ScriptedChatClient.Usage(1, 1));

        public bool IsSimulated(string model) => false;
    }
}
