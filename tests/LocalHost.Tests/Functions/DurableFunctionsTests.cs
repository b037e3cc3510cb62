using System.Reflection;
using System.Reflection.Emit;
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
    public async Task Functions_of_an_assembly_are_added_in_one_call()
    {
        await using var host = await LocalDurableHost.StartAsync(builder => builder
            .AddFunctions(AssemblyWithEcho())
            .AddOrchestrator("o", (TaskOrchestrationContext context, string word) => context.CallActivityAsync<string>("Echo", word)));
        Assert.Equal("hello", (await host.RunAsync("o", "hello")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Mistakes_of_an_assembly_are_reported_all_at_once()
    {
        var error = await Assert.ThrowsAsync<FunctionDiscoveryException>(
            () => LocalDurableHost.StartAsync(builder => builder.AddFunctions(typeof(Plain).Assembly)));
        Assert.True(error.Message.Split('\n').Length > 2, error.Message);
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

    /// <summary>A binding gives the default value. Lambdas and classes fail, as in the SDK's worker.</summary>
    [Fact]
    public async Task Function_without_an_input_gets_the_default_value()
    {
        await using var host = await LocalDurableHost.StartAsync(builder => builder
            .AddFunctions(FunctionCatalog.Discover(typeof(Plain)))
            .AddOrchestrator("o", (TaskOrchestrationContext context) => context.CallActivityAsync<int>("Double")));
        Assert.Equal(0, (await host.RunAsync("o")).ReadOutputAs<int>());
    }

    /// <summary>Has one function: <c>[Function("Echo")] static string Run([ActivityTrigger] string word) => word</c>.</summary>
    private static AssemblyBuilder AssemblyWithEcho()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Echo"), AssemblyBuilderAccess.RunAndCollect);
        var type = assembly.DefineDynamicModule("Echo").DefineType("Functions", TypeAttributes.Public);
        var method = type.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static, typeof(string), [typeof(string)]);
        method.SetCustomAttribute(new CustomAttributeBuilder(typeof(FunctionAttribute).GetConstructor([typeof(string)])!, ["Echo"]));
        method.DefineParameter(1, ParameterAttributes.None, "word")
            .SetCustomAttribute(new CustomAttributeBuilder(typeof(ActivityTriggerAttribute).GetConstructor([])!, []));
        method.GetILGenerator().Emit(OpCodes.Ldarg_0);
        method.GetILGenerator().Emit(OpCodes.Ret);
        type.CreateType();
        return assembly;
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
        public static Task<int> Twice([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<int>("Double", context.GetInput<int>());

        [Function("Mistyped")]
        public static Task<int> Mistyped([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<int>("Double", "two");

        [Function("Double")]
        public static int Double([ActivityTrigger] int number) => 2 * number;
    }
}
