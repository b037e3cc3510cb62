using System.ComponentModel.DataAnnotations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Hosting;

public sealed class LocalDurableHostTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Options_out_of_range_are_reported_together()
    {
        var error = await Assert.ThrowsAsync<ValidationException>(() => LocalDurableHost.StartAsync(b =>
        {
            b.Options.MaxConcurrentActivityFunctions = 0;
            b.Options.StopTimeout = TimeSpan.FromDays(1);
        }));
        Assert.Contains(nameof(LocalDurableHostOptions.MaxConcurrentActivityFunctions), error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(LocalDurableHostOptions.StopTimeout), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_taken_twice_is_an_error() =>
        Assert.Contains("'A'", (await Assert.ThrowsAsync<ArgumentException>(() => LocalDurableHost.StartAsync(b => b
            .AddActivity("a", _ => Task.CompletedTask)
            .AddActivity("A", _ => Task.CompletedTask)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Activity_gets_a_scope_of_its_own_and_everything_a_binder_needs()
    {
        await using var services = new ServiceCollection().AddScoped<Scoped>().BuildServiceProvider();
        var seen = new List<(Scoped Service, string Invocation)>();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Services = services;
            b.AddActivity(new ActivityRegistration("a", run =>
            {
                seen.Add((run.Services.GetRequiredService<Scoped>(), run.InvocationId));
                Assert.Same(run.Services.GetRequiredService<Scoped>(), seen[^1].Service);
                Assert.Equal(("i", "{\"X\":5}", false), (run.InstanceId, run.SerializedInput, run.CancellationToken.IsCancellationRequested));
                return Task.FromResult<object?>(run.GetInput<Input>()!.X);
            })
            { InputType = typeof(Input) });
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
                await c.CallActivityAsync<int>("a", new Input(5)) + await c.CallActivityAsync<int>("a", new Input(5)));
        });
        Assert.Equal(10, (await host.RunAsync("o", instanceId: "i")).ReadOutputAs<int>());
        Assert.NotSame(seen[0].Service, seen[1].Service);
        Assert.NotEqual(seen[0].Invocation, seen[1].Invocation);
        Assert.All(seen, one => Assert.True(one.Service.IsDisposed));
    }

    [Fact]
    public async Task Files_survive_the_host_and_a_damaged_instance_is_refused_alone()
    {
        void Configure(LocalDurableHostBuilder b)
        {
            b.Journal = FileJournal.Open(_folder.Path);
            b.AddOrchestrator(
                "o", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("go") + await c.CallActivityAsync<string>("a"));
            b.AddActivity("a", _ => Task.FromResult("!"));
        }

        await using (var first = await LocalDurableHost.StartAsync(Configure))
        {
            foreach (var id in new[] { "good", "bad" })
            {
                await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions(id));
                await first.Client.RaiseEventAsync(id, "other");
            }
        }

        var file = Path.Combine(_folder.Path, "instances", "bad~0.jsonl");
        await File.WriteAllTextAsync(
            file, (await File.ReadAllTextAsync(file)).Replace("ExecutionStarted", "ExecutionSmarted", StringComparison.Ordinal));
        await using var second = await LocalDurableHost.StartAsync(Configure);
        await second.Client.RaiseEventAsync("good", "go", "went");
        Assert.Equal("went!", (await second.EndOfAsync("good")).ReadOutputAs<string>());
        Assert.Contains(file, second.RefusedInstances["bad"].Message, StringComparison.Ordinal);
        Assert.Contains(
            file, (await Assert.ThrowsAsync<JournalException>(() => second.Client.GetInstanceAsync("bad"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalException>(
            () => second.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("bad")));
        Assert.Equal(["good"], (await second.Client.GetAllInstancesAsync().ToListAsync()).Select(found => found.InstanceId));
    }

    [Fact]
    public async Task Converter_that_is_given_writes_and_reads_everything()
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.DataConverter = new Backwards();
            b.AddActivity("echo", (Input input) => input);
            b.AddOrchestrator("child", (TaskOrchestrationContext _, Input input) => input);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c, Input input) =>
            {
                c.SetCustomStatus(input);
                var activity = await c.CallActivityAsync<Input>("echo", input);
                var child = await c.CallSubOrchestratorAsync<Input>("child", activity);
                var raised = await c.WaitForExternalEvent<Input>("e");
                return new Input(child.X + raised.X);
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new Input(12), new StartOrchestrationOptions("i"));
        await host.Client.RaiseEventAsync("i", "e", new Input(30));
        var done = await host.EndOfAsync("i");
        Assert.Equal(("}21:\"X\"{", "}24:\"X\"{", "}21:\"X\"{"), (done.SerializedInput, done.SerializedOutput, done.SerializedCustomStatus));
        Assert.Equal(new Input(42), done.ReadOutputAs<Input>());
    }

    private sealed class Backwards : DataConverter
    {
        public override object? Deserialize(string? data, Type targetType) => JsonDataConverter.Default.Deserialize(Turn(data), targetType);

        public override string? Serialize(object? value) => Turn(JsonDataConverter.Default.Serialize(value));

        private static string? Turn(string? text) => text is null ? null : string.Concat(text.Reverse());
    }

    private sealed record Input(int X);

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
