using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class OrchestratorFunctionTests
{
    private static readonly FunctionCatalog Catalog = FunctionCatalog.Discover(typeof(Orchestrators), typeof(WithServices));

    [Fact]
    public async Task Orchestrator_gets_its_input_and_returns_its_result()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        Assert.Equal("7 seven", await Catalog.Orchestrators["Describe"].RunAsync(Context("seven"), services));
    }

    [Fact]
    public async Task Orchestrator_runs_on_the_callers_synchronization_context_and_its_scope_outlives_it()
    {
        await using var services = new ServiceCollection().AddScoped<Scoped>().BuildServiceProvider();
        var gate = new TaskCompletionSource();
        var turns = new Turns();
        SynchronizationContext.SetSynchronizationContext(turns);
        Task<object?> code;
        try
        {
            var context = new Mock<TaskOrchestrationContext>();
            context.Setup(c => c.InstanceId).Returns("i");
            context.Setup(c => c.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>())).Returns(gate.Task);
            code = Catalog.Orchestrators["Wait"].RunAsync(context.Object, services);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        Assert.False(code.IsCompleted);
        gate.SetResult();
        Assert.False(code.IsCompleted);
        turns.RunAll();
        Assert.True(code.IsCompleted);
        var scoped = Assert.IsType<Scoped>(await code);
        await scoped.Disposed.Task;
    }

    [Fact]
    public async Task Orchestrator_whose_class_cannot_be_created_fails_its_task()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var code = FunctionCatalog.Discover(typeof(Unbuildable)).Orchestrators["Unbuildable"].RunAsync(Context(null), services);
        await Assert.ThrowsAsync<InvalidOperationException>(() => code);
    }

    private static TaskOrchestrationContext Context(string? input)
    {
        var context = new Mock<TaskOrchestrationContext>();
        context.Setup(c => c.InstanceId).Returns("7");
        context.Setup(c => c.GetInput<string>()).Returns(input);
        return context.Object;
    }

    public static class Orchestrators
    {
        [Function("Describe")]
        public static async Task<string> Describe(
            [OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext function, string input, CancellationToken cancellation)
        {
            await Task.CompletedTask;
            cancellation.ThrowIfCancellationRequested();
            Assert.Equal("Describe", function.FunctionDefinition.Name);
            return $"{context.InstanceId} {input}";
        }
    }

    public sealed class WithServices(IServiceProvider services)
    {
        [Function("Wait")]
        public async Task<Scoped> WaitAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var scoped = services.GetRequiredService<Scoped>();
            await context.CreateTimer(default(DateTime), CancellationToken.None);
            Assert.False(scoped.Disposed.Task.IsCompleted);
            return scoped;
        }
    }

    public sealed class Unbuildable(Version version)
    {
        [Function("Unbuildable")]
        public string Run([OrchestrationTrigger] TaskOrchestrationContext context) => $"{version}{context}";
    }

    public sealed class Scoped : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Disposed.TrySetResult();
    }

    private sealed class Turns : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();

        public override void Post(SendOrPostCallback d, object? state) => _ready.Enqueue((d, state));

        public void RunAll()
        {
            var before = Current;
            SetSynchronizationContext(this);
            while (_ready.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }

            SetSynchronizationContext(before);
        }
    }
}
