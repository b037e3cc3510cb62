using System.Text;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests;

/// <summary>The functions app on the embedded host, over a journal and a store that may outlive it.</summary>
internal sealed class AppHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _host;
    private LocalWebHost? _web;

    private AppHost(ServiceProvider services, LocalDurableHost host)
    {
        _services = services;
        _host = host;
    }

    public DurableTaskClient Client => _host.Client;

    /// <param name="journal">Where histories are kept; null: in memory, gone with the host.</param>
    /// <param name="store">Where everything else is kept; null: in memory, gone with the host.</param>
    /// <param name="time">The clock of durable timers; null: the real one.</param>
    /// <param name="activityTime">The clock of everything else; null: the real one.</param>
    /// <param name="models">The models; null: the simulated model.</param>
    /// <param name="version">The only version that the host takes; null: any.</param>
    /// <param name="claimsInStore">Whether claims outlive the host, as in Azure.</param>
    /// <param name="limit">The time limit of an activity; null: none.</param>
    /// <param name="drivers">What is known of processes and histories; null: nothing.</param>
    public static async Task<AppHost> StartAsync(
        IJournal? journal = null, IContentStore? store = null, bool allowsMocks = true, IChatClientFactory? models = null,
        TimeProvider? time = null, TimeProvider? activityTime = null, string? version = null, bool claimsInStore = false,
        ActivityTimeLimit? limit = null, RunDrivers? drivers = null)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(limit ?? ActivityTimeLimit.None);
        collection.AddSingleton(drivers ?? RunDrivers.Unknown);
        collection.AddSingleton(models ?? new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions()));
        var services = collection
            .AddLocalHttp()
            .AddSingleton(activityTime ?? TimeProvider.System)
            .AddSingleton(store ?? new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions { AllowMocks = allowsMocks }, claims: claimsInStore ? null : new MemoryContentStore())
            .BuildServiceProvider();
        var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = journal;
            builder.TimeProvider = time ?? TimeProvider.System;
            builder.Services = services;

            // By their names, so that eng/red.sh can build this over sources that do not have them.
            builder.Options.GetType().GetProperty("StopTimeout")?.SetValue(builder.Options, TimeSpan.Zero);
            builder.Options.DefaultVersion = version ?? "";
            builder.Options.GetType().GetProperty("FailsOtherVersions")?.SetValue(builder.Options, version is not null);
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.AddFunctions(FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly));
        });
        return new AppHost(services, host);
    }

    /// <summary>Listens on a free port, and makes a client for it.</summary>
    public async Task<HttpClient> ListenAsync()
    {
        _web = await LocalWebHost.StartAsync(
            FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly), _services, Client, new LocalWebHostOptions { Port = 0 });
        return new HttpClient { BaseAddress = _web.Address };
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<RunInput> StartRunAsync(string runId, string definition, string mocks, string inputs = "{}")
    {
        Assert.True(MockScript.TryParse($$"""{ "steps": {{mocks}} }""", out var script, out var findings), string.Join('\n', findings));
        return Get<RunStarter>().StartAsync(
            Client,
            new StartRequest
            {
                RunId = runId,
                Definition = Encoding.UTF8.GetBytes(definition),
                Inputs = JsonNode.Parse(inputs)!.AsObject(),
                Mocks = script,
            },
            CancellationToken.None);
    }

    /// <summary>The run that has the id now.</summary>
    public async Task<RunIdentity> IdentityAsync(string runId) => (await Get<RunStore>().FindAsync(runId, CancellationToken.None))!.Identity;

    public Task<RunDocument> WaitAsync(string runId) => WaitAsync(runId, runId);

    /// <summary>The run, once this instance of it has ended.</summary>
    public async Task<RunDocument> WaitAsync(string instanceId, string runId)
    {
        await Client.WaitForInstanceCompletionAsync(instanceId, CancellationToken.None);
        return (await Get<RunReader>().FindAsync(runId, CancellationToken.None))!;
    }

    public async ValueTask DisposeAsync()
    {
        await (_web?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }
}
