using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class FunctionInvocationTests
{
    private static readonly FunctionCatalog Catalog = FunctionCatalog.Discover(typeof(Activities), typeof(Orchestrators), typeof(WithServices));

    [Theory]
    [InlineData("Plain", "in", "plain in")]
    [InlineData("Task", "in", null)]
    [InlineData("TaskOf", "in", "task in")]
    [InlineData("ValueTask", "in", null)]
    [InlineData("ValueTaskOf", "in", "value task in")]
    [InlineData("Void", "in", null)]
    [InlineData("Number", 41, 42)]
    [InlineData("Number", null, 1)]
    [InlineData("MaybeNumber", null, -1)]
    [InlineData("Instance", null, "the instance")]
    public async Task Activity_of_each_return_type_gives_its_result(string name, object? input, object? expected) =>
        Assert.Equal(expected, await RunAsync(name, input));

    [Theory]
    [InlineData("Throw")]
    [InlineData("ThrowLater")]
    public async Task Activity_that_throws_fails_with_its_own_exception(string name)
    {
        var problem = await Assert.ThrowsAsync<FormatException>(() => RunAsync(name, "bad"));
        Assert.Equal("bad", problem.Message);
    }

    [Fact]
    public async Task Activity_gets_context_token_and_client()
    {
        var client = new Mock<DurableTaskClient>("hub").Object;
        using var cancel = new CancellationTokenSource();
        await using var services = new ServiceCollection().AddSingleton(client).BuildServiceProvider();
        var seen = (object[])(await Catalog.Activities["Everything"].RunAsync(null, "i", services, cancel.Token))!;
        var context = Assert.IsAssignableFrom<FunctionContext>(seen[0]);
        Assert.Equal(cancel.Token, seen[1]);
        Assert.Same(client, seen[2]);
        Assert.Equal(context.InvocationId, context.InvocationId);
        Assert.NotEmpty(context.InvocationId);
        Assert.Equal("Everything", context.FunctionDefinition.Name);
        Assert.Equal(context.FunctionDefinition.Id, context.FunctionId);
        Assert.Equal(cancel.Token, context.CancellationToken);
        Assert.Same(services, context.InstanceServices);
        Assert.Equal("i", context.BindingContext.BindingData["instanceId"]);
        Assert.Equal(0, context.RetryContext.RetryCount);
        Assert.Empty(context.TraceContext.TraceParent);
        Assert.Null(context.GetHttpContext());
        context.Items["a"] = 1;
        Assert.Equal(1, context.Items["a"]);
        context.Features.Set("feature");
        Assert.Equal("feature", context.Features.Get<string>());
        Assert.Null(context.Features.Get<Version>());
        Assert.Equal(typeof(string), Assert.Single(context.Features).Key);
    }

    [Fact]
    public async Task Instance_function_is_created_from_services_and_disposed()
    {
        var log = new List<string>();
        await using var services = new ServiceCollection().AddSingleton(log).BuildServiceProvider();
        Assert.Equal("ran", await Catalog.Activities["WithServices"].RunAsync("x", "i", services));
        Assert.Equal(["created", "ran x", "disposed"], log);
    }

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

    private static async Task<object?> RunAsync(string name, object? input)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        return await Catalog.Activities[name].RunAsync(input, "the instance", services);
    }

    private static TaskOrchestrationContext Context(string? input)
    {
        var context = new Mock<TaskOrchestrationContext>();
        context.Setup(c => c.InstanceId).Returns("7");
        context.Setup(c => c.GetInput<string>()).Returns(input);
        return context.Object;
    }

    public static class Activities
    {
        [Function("Plain")]
        public static string Plain([ActivityTrigger] string input) => "plain " + input;

        [Function("Task")]
        public static Task NoResult([ActivityTrigger] string input) => Task.FromResult(input);

        [Function("TaskOf")]
        public static async Task<string> Result([ActivityTrigger] string input)
        {
            await Task.Yield();
            return "task " + input;
        }

        [Function("ValueTask")]
        public static ValueTask NoValue([ActivityTrigger] string input) => new(Task.FromResult(input));

        [Function("ValueTaskOf")]
        public static ValueTask<string> Value([ActivityTrigger] string input) => new("value task " + input);

        [Function("Void")]
        public static void Nothing([ActivityTrigger] string input) => _ = input;

        [Function("Number")]
        public static int Number([ActivityTrigger] int input) => input + 1;

        [Function("MaybeNumber")]
        public static int MaybeNumber([ActivityTrigger] int? input) => input ?? -1;

        [Function("Instance")]
        public static string Instance([ActivityTrigger] object? input, string instanceId) => instanceId + input;

        [Function("Throw")]
        public static string Throw([ActivityTrigger] string input) => throw new FormatException(input);

        [Function("ThrowLater")]
        public static async Task ThrowLater([ActivityTrigger] string input)
        {
            await Task.Yield();
            throw new FormatException(input);
        }

        [Function("Everything")]
        public static object[] Everything(
            [ActivityTrigger] string? input, FunctionContext context, [DurableClient] DurableTaskClient client, CancellationToken cancellation) => [context, cancellation, client, input!];
    }

    public static class Orchestrators
    {
        [Function("Describe")]
        public static async Task<string> Describe([OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext function, string input, CancellationToken cancellation)
        {
            await Task.CompletedTask;
            cancellation.ThrowIfCancellationRequested();
            Assert.Equal("Describe", function.FunctionDefinition.Name);
            return $"{context.InstanceId} {input}";
        }
    }

    public sealed class WithServices(IServiceProvider services) : IDisposable
    {
        private readonly List<string> _log = Note(services, "created");

        [Function("WithServices")]
        public string Run([ActivityTrigger] string input)
        {
            _log.Add("ran " + input);
            return "ran";
        }

        [Function("Wait")]
        public async Task<Scoped> WaitAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            var scoped = services.GetRequiredService<Scoped>();
            await context.CreateTimer(default(DateTime), CancellationToken.None);
            Assert.False(scoped.Disposed.Task.IsCompleted, _log.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return scoped;
        }

        public void Dispose() => _log.Add("disposed");

        private static List<string> Note(IServiceProvider services, string what)
        {
            var log = services.GetService<List<string>>() ?? [];
            log.Add(what);
            return log;
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
