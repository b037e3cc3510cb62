using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class ActivityFunctionTests
{
    private static readonly FunctionCatalog Catalog = FunctionCatalog.Discover(typeof(Activities), typeof(WithServices));

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

    private static async Task<object?> RunAsync(string name, object? input)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        return await Catalog.Activities[name].RunAsync(input, "the instance", services);
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
            [ActivityTrigger] string? input, FunctionContext context, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
                [context, cancellation, client, input!];
    }

    public sealed class WithServices : IDisposable
    {
        private readonly List<string> _log;

        public WithServices(List<string> log)
        {
            _log = log;
            _log.Add("created");
        }

        [Function("WithServices")]
        public string Run([ActivityTrigger] string input)
        {
            _log.Add("ran " + input);
            return "ran";
        }

        public void Dispose() => _log.Add("disposed");
    }
}
