using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Hosting;

namespace Orchestrator.Conformance.Engines;

public sealed class LocalEngine : IEngine
{
    private LocalDurableHost? _host;

    public string Name => "LocalHost";

    public DurableTaskClient Client => _host!.Client;

    public bool ReplacesOpenInstances => false;

    public bool TakesChildrenAlong => true;

    public bool ReplaysEachEpisode => false;

    public bool HandsOverToTheNextRound => true;

    public bool SaysThatAChildWasTerminated => true;

    public bool SaysThatPurgeIsComplete => true;

    public async Task InitializeAsync() => _host = await LocalDurableHost.StartAsync(builder =>
    {
        builder.Options.DefaultVersion = Behaviours.Version;
        builder.Options.FailsOtherVersions = true;
        Behaviours.Register(new Registry(builder));
    });

    public async Task DisposeAsync() => await _host!.DisposeAsync();

    private sealed class Registry(LocalDurableHostBuilder builder) : IRegistry
    {
        public void Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
            builder.AddOrchestrator(name, orchestrator);

        public void Activity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
            builder.AddActivity(name, activity);
    }
}
