using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Tests.Hosting;

/// <summary>Functions in every shape that the builder takes.</summary>
public sealed class FunctionShapesTests
{
    [Theory]
    [InlineData("context and input, later", "42")]
    [InlineData("context and input, at once", "42")]
    [InlineData("input, later", "42")]
    [InlineData("input, at once", "42")]
    [InlineData("context, later", "\"context, later\"")]
    [InlineData("context, at once", "\"context, at once\"")]
    [InlineData("invocation", "\"invocation of i\"")]
    [InlineData("context and input, later, no result", null)]
    [InlineData("context and input, at once, no result", null)]
    [InlineData("context, later, no result", null)]
    [InlineData("context, at once, no result", null)]
    public async Task Activity_of_any_shape_runs_and_its_result_comes_back(string shape, string? result)
    {
        var seen = new List<string>();
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity(
                "context and input, later",
                async (TaskActivityContext c, int n) => await Task.FromResult(n * c.Name.Name.Length / c.Name.Name.Length))
            .AddActivity("context and input, at once", (TaskActivityContext _, int n) => n)
            .AddActivity("input, later", (int n) => Task.FromResult(n))
            .AddActivity("input, at once", (int n) => n)
            .AddActivity("context, later", (TaskActivityContext c) => Task.FromResult(c.Name.Name))
            .AddActivity("context, at once", (TaskActivityContext c) => c.Name.Name)
            .AddActivity("invocation", run => Task.FromResult($"invocation of {run.InstanceId}"))
            .AddActivity("context and input, later, no result", async (TaskActivityContext c, int n) => await Note(c.Name, n))
            .AddActivity("context and input, at once, no result", (TaskActivityContext c, int n) => { Note(c.Name, n); })
            .AddActivity("context, later, no result", async (TaskActivityContext c) => await Note(c.Name, 42))
            .AddActivity("context, at once, no result", (TaskActivityContext c) => { Note(c.Name, 42); })
            .AddOrchestrator("o", (TaskOrchestrationContext c, string name) => c.CallActivityAsync<object?>(name, 42)));
        var done = await host.RunAsync("o", shape, "i");
        Assert.Equal((OrchestrationRuntimeStatus.Completed, result), (done.RuntimeStatus, done.SerializedOutput));
        Assert.Equal(result is null ? [$"{shape} 42"] : [], seen);

        Task Note(TaskName name, int n)
        {
            seen.Add($"{name} {n}");
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("context and input, later", "42")]
    [InlineData("context and input, at once", "42")]
    [InlineData("context, later", "\"context, later\"")]
    [InlineData("context, at once", "\"context, at once\"")]
    [InlineData("context and input, later, no result", null)]
    [InlineData("context and input, at once, no result", null)]
    [InlineData("context, later, no result", null)]
    [InlineData("context, at once, no result", null)]
    public async Task Orchestrator_of_any_shape_runs_and_its_result_comes_back(string shape, string? result)
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("echo", (object input) => input)
            .AddOrchestrator("context and input, later", async (TaskOrchestrationContext c, int n) => await c.CallActivityAsync<int>("echo", n))
            .AddOrchestrator("context and input, at once", (TaskOrchestrationContext _, int n) => n)
            .AddOrchestrator("context, later", (TaskOrchestrationContext c) => c.CallActivityAsync<string>("echo", c.Name.Name))
            .AddOrchestrator("context, at once", (TaskOrchestrationContext c) => c.Name.Name)
            .AddOrchestrator(
                "context and input, later, no result",
                async (TaskOrchestrationContext c, int n) => Mark(c, await c.CallActivityAsync<int>("echo", n)))
            .AddOrchestrator("context and input, at once, no result", (TaskOrchestrationContext c, int n) => Mark(c, n))
            .AddOrchestrator("context, later, no result", async (TaskOrchestrationContext c) => Mark(c, await c.CallActivityAsync<int>("echo", 42)))
            .AddOrchestrator("context, at once, no result", (TaskOrchestrationContext c) => Mark(c, 42)));
        var done = await host.RunAsync(shape, 42);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, result), (done.RuntimeStatus, done.SerializedOutput));
        Assert.Equal(result is null ? "42" : null, done.SerializedCustomStatus);

        static void Mark(TaskOrchestrationContext context, int n) => context.SetCustomStatus(n);
    }

    [Fact]
    public async Task Classes_run_under_their_own_their_declared_or_a_given_name()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator<Doubling>()
            .AddOrchestrator<Named>()
            .AddOrchestrator<Doubling>("given")
            .AddActivity<Twice>()
            .AddActivity("wrong", (int _) => 0));
        Assert.Equal(
            ["declared", nameof(Doubling), "given"],
            host.Orchestrators.Select(orchestrator => orchestrator.Name).Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal(10, (await host.RunAsync(nameof(Doubling), 5)).ReadOutputAs<int>());
        Assert.Equal(20, (await host.RunAsync("given", 10)).ReadOutputAs<int>());
        Assert.Equal("got yes, then 14", (await RunNamedAsync(host)).ReadOutputAs<string>());

        static async Task<OrchestrationMetadata> RunNamedAsync(LocalDurableHost host)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("declared", 7, new StartOrchestrationOptions("i"));
            await host.Client.RaiseEventAsync("i", "answer", "yes");
            return await host.EndOfAsync("i");
        }
    }

    [Fact]
    public async Task Failure_of_a_class_is_the_same_as_of_a_lambda()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator<Doubling>().AddActivity<Refusing>("Twice"));
        var done = await host.RunAsync(nameof(Doubling), 5);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal(
            (typeof(NotSupportedException).FullName, "5 is not doubled today"),
            (done.FailureDetails!.InnerFailure!.ErrorType, done.FailureDetails.InnerFailure.ErrorMessage));
    }

    [Fact]
    public async Task Missing_input_of_a_class_is_the_default_value()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator<Doubling>().AddActivity<Twice>());
        Assert.Equal(0, (await host.RunAsync(nameof(Doubling))).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Classes_get_their_services_and_activities_a_scope_for_each_execution()
    {
        await using var services = new ServiceCollection().AddSingleton(new Unit("kg")).AddScoped<Counter>().BuildServiceProvider();
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Services = services;
            b.AddOrchestrator<Weighing>().AddActivity<Weigh>();
        });
        Assert.Equal(["1 kg", "1 kg"], (await host.RunAsync(nameof(Weighing))).ReadOutputAs<string[]>()!);
        Assert.Equal("kg", host.Services.GetRequiredService<Unit>().Name);
    }

    [Fact]
    public async Task Class_for_one_version_only_is_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => LocalDurableHost.StartAsync(b => b.AddOrchestrator<Versioned>()));
        Assert.Contains("version '2'", error.Message, StringComparison.Ordinal);
    }

    private sealed class Doubling : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => context.CallActivityAsync<int>("Twice", input);
    }

    [DurableTask("declared")]
    private sealed class Named : TaskOrchestrator<int, string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, int input)
        {
            var answer = await context.WaitForExternalEvent<string>("answer");
            return $"got {answer}, then {await context.CallSubOrchestratorAsync<int>(nameof(Doubling), input)}";
        }
    }

    [DurableTask("declared", Version = "2")]
    private sealed class Versioned : TaskOrchestrator<int, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, int input) => Task.FromResult(input);
    }

    private sealed class Twice : TaskActivity<int, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(2 * input);
    }

    private sealed class Refusing : TaskActivity<int, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, int input) =>
            throw new NotSupportedException($"{input} is not doubled today");
    }

    private sealed class Weighing(Unit unit) : TaskOrchestrator<object?, string[]>
    {
        public override async Task<string[]> RunAsync(TaskOrchestrationContext context, object? input) =>
            [await context.CallActivityAsync<string>(nameof(Weigh), unit), await context.CallActivityAsync<string>(nameof(Weigh), unit)];
    }

    private sealed class Weigh(Counter counter, Counter same) : TaskActivity<Unit, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, Unit input)
        {
            Assert.Same(counter, same);
            return Task.FromResult($"{counter.Next()} {input.Name}");
        }
    }

    private sealed record Unit(string Name);

    private sealed class Counter
    {
        private int _count;

        public int Next() => ++_count;
    }
}
