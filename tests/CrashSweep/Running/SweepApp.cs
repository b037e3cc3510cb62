using System.Text;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Tools;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.CrashSweep.Running;

/// <summary>The functions app on the embedded host, in one simulated process. Never stopped: a killed or idle one is abandoned.</summary>
internal sealed class SweepApp
{
    private readonly ServiceProvider _services;

    private SweepApp(ServiceProvider services, LocalDurableHost host) => (_services, Host) = (services, host);

    public LocalDurableHost Host { get; }

    /// <param name="isOld">Whether it is an older version, which accepts instances of any version.</param>
    public static async Task<SweepApp> StartAsync(
        SweepDefinition definition, bool isOld, SweepDisk disk, SweepWrites writes, SweepActivities activities, TimeProvider time,
        IChatClientFactory models, ITool tool)
    {
        // As the command does, for a clock that is set.
        var clock = new SteadyClock(time);
        var services = new ServiceCollection()
            .AddLocalHttp()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(models)
            .AddSingleton(tool)
            .AddContentStore(_ => new SweptStore(disk, writes))
            .AddOrchestrator(new OrchestratorOptions(), claims: definition.SharesClaims ? null : new MemoryContentStore())
            .BuildServiceProvider();
        var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = new SweptJournal(disk.Journal, writes, isOld);
            builder.Options.FailsOtherVersions = definition.IsUpgraded && !isOld;
            builder.Options.DefaultVersion = builder.Options.FailsOtherVersions ? OrchestrationVersion.Current : builder.Options.DefaultVersion;
            builder.TimeProvider = clock;
            builder.Services = services;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            activities.AddTo(builder);
        });
        return new SweepApp(services, host);
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>With an idempotency key, as a client that repeats its request until it has an answer.</summary>
    public Task StartRunAsync(SweepDefinition definition) => Get<RunStarter>().StartAsync(
        Host.Client,
        new StartRequest
        {
            RunId = SweepRuns.Started,
            Definition = Encoding.UTF8.GetBytes(definition.Workflow),
            Inputs = JsonNode.Parse(definition.Inputs)!.AsObject(),
            StartKey = "sweep",
        },
        CancellationToken.None);

    public Task AskAsync(SweepRequest request) => request.Kind switch
    {
        SweepRequestKind.Cancel => Get<RunSteering>().CancelAsync(Host.Client, SweepRuns.Started, CancellationToken.None),
        SweepRequestKind.Suspend => Get<RunSteering>().SuspendAsync(Host.Client, SweepRuns.Started, CancellationToken.None),
        SweepRequestKind.Continue => Get<RunSteering>().ContinueAsync(Host.Client, SweepRuns.Started, CancellationToken.None),
        SweepRequestKind.Resume => Get<RunResumer>().ResumeAsync(
            Host.Client, new ResumeRequest(SweepRuns.Started) { From = request.From }, CancellationToken.None),
        SweepRequestKind.Fork => Get<RunResumer>().ResumeAsync(
            Host.Client, new ResumeRequest(SweepRuns.Started) { Fork = true, ForkAs = SweepRuns.Forked, From = request.From },
            CancellationToken.None),
        SweepRequestKind.Upgrade => Task.CompletedTask,
        _ => Get<RunDeleter>().DeleteAsync(Host.Client, SweepRuns.Started, CancellationToken.None),
    };
}
