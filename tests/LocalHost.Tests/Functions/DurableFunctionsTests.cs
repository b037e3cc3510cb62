using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class DurableFunctionsTests
{
    [Fact]
    public async Task Discovered_functions_run_on_the_durable_host()
    {
        await using var services = new ServiceCollection().AddSingleton(new Greeting("Hello")).AddScoped<Counter>().BuildServiceProvider();
        await using var host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Services = services;
            builder.AddFunctions(FunctionCatalog.Discover(typeof(Greetings)));
        });
        var done = await host.RunAsync("GreetAll", new[] { "Ada", "Alan" });
        Assert.Equal(OrchestrationRuntimeStatus.Completed, done.RuntimeStatus);
        Assert.Equal(["Hello, Ada (1)", "Hello, Alan (1)"], done.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Static_functions_need_no_services()
    {
        await using var host = await LocalDurableHost.StartAsync(builder => builder.AddFunctions(FunctionCatalog.Discover(typeof(Plain))));
        var done = await host.RunAsync("Twice", 21);
        Assert.Equal(42, done.ReadOutputAs<int>());
    }

    [Fact]
    public async Task Input_of_another_shape_fails_the_activity()
    {
        await using var host = await LocalDurableHost.StartAsync(builder => builder.AddFunctions(FunctionCatalog.Discover(typeof(Plain))));
        var done = await host.RunAsync("Mistyped");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal(typeof(System.Text.Json.JsonException).FullName, done.FailureDetails!.InnerFailure!.ErrorType);
    }

    public sealed record Greeting(string Word);

    public sealed class Counter
    {
        private int _count;

        public int Next() => ++_count;
    }

    public sealed class Greetings(Greeting greeting, Counter counter)
    {
        [Function("GreetAll")]
        public async Task<string[]> GreetAllAsync([OrchestrationTrigger] TaskOrchestrationContext context, string[] names)
        {
            Assert.NotNull(greeting);
            return await Task.WhenAll(names.Select(name => context.CallActivityAsync<string>("Greet", name)));
        }

        [Function("Greet")]
        public async Task<string> GreetAsync([ActivityTrigger] string name, FunctionContext context)
        {
            await Task.Yield();
            Assert.Same(counter, context.InstanceServices.GetRequiredService<Counter>());
            return $"{greeting.Word}, {name} ({counter.Next()})";
        }
    }

    public static class Plain
    {
        [Function("Twice")]
        public static Task<int> Twice([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<int>("Double", context.GetInput<int>());

        [Function("Mistyped")]
        public static Task<int> Mistyped([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<int>("Double", "two");

        [Function("Double")]
        public static int Double([ActivityTrigger] int number) => 2 * number;
    }
}
