using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What an exception is when it comes out at the other side.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(Refusal))]
    [InlineData(typeof(Xunit.Sdk.XunitException))]
    public async Task Exception_of_an_orchestrator_keeps_type_text_and_stack(Type type)
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", (TaskOrchestrationContext _) => ThrowNamed(type)));
        var failure = (await host.RunAsync("o")).FailureDetails!;
        Assert.Equal((type.FullName, "no, thank you", null), (failure.ErrorType, failure.ErrorMessage, failure.InnerFailure));
        Assert.Contains(nameof(ThrowNamed), failure.StackTrace, StringComparison.Ordinal);
        Assert.True(failure.IsCausedBy(type));
        Assert.True(failure.IsCausedBy<Exception>());
        Assert.False(failure.IsCausedBy<ArithmeticException>());
    }

    [Fact]
    public async Task Stack_of_the_orchestration_is_its_own_not_the_activitys()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("o", CallAndFailAsync)
            .AddActivity("throws", (TaskActivityContext _) => ThrowNamed(typeof(Refusal))));
        var failure = (await host.RunAsync("o")).FailureDetails!;
        Assert.Contains(nameof(CallAndFailAsync), failure.StackTrace, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(ThrowNamed), failure.StackTrace, StringComparison.Ordinal);
        Assert.Contains(nameof(ThrowNamed), failure.InnerFailure!.StackTrace, StringComparison.Ordinal);

        static async Task CallAndFailAsync(TaskOrchestrationContext context) => await context.CallActivityAsync("throws");
    }

    [Fact]
    public async Task Whole_chain_of_causes_comes_up_through_a_child_and_through_a_restart()
    {
        var journal = new MemoryJournal();
        var seen = new List<string>();
        Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.AddOrchestrator("parent", (TaskOrchestrationContext c) => NoteAndRethrow(c.CallSubOrchestratorAsync("child")));
            b.AddOrchestrator("child", (TaskOrchestrationContext c) => NoteAndRethrow(c.CallActivityAsync("throws")));
            b.AddActivity("throws", (TaskActivityContext _) => throw new Refusal("outer", new FormatException("middle", new Xunit.Sdk.XunitException("inner"))));
        });
        string live;
        await using (var first = await StartAsync())
        {
            live = Chain((await first.RunAsync("parent", instanceId: "i")).FailureDetails);
        }

        await using var second = await StartAsync();
        const string Causes = "Refusal outer < FormatException middle < XunitException inner";
        const string Task0 = "TaskFailedException Task 'throws' (#0) failed with an unhandled exception: outer";
        Assert.Equal([Causes, $"{Task0} < {Causes}"], seen);
        Assert.StartsWith("TaskFailedException Task 'child' (#0) failed", live, StringComparison.Ordinal);
        Assert.EndsWith($" < {Task0} < {Causes}", live, StringComparison.Ordinal);
        Assert.Equal(live, Chain((await second.Client.GetInstanceAsync("i", getInputsAndOutputs: true))!.FailureDetails));

        async Task NoteAndRethrow(Task call)
        {
            try
            {
                await call;
            }
            catch (TaskFailedException failure)
            {
                seen.Add(Chain(failure.FailureDetails));
                throw;
            }
        }
    }

    [Fact]
    public async Task Failures_are_caught_by_their_type_or_a_base_of_it()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("throws", (TaskActivityContext _, string type) => ThrowNamed(Type.GetType(type)!))
            .AddOrchestrator("o", async (TaskOrchestrationContext c) => new[] { await CatchAsync(c, typeof(Refusal)), await CatchAsync(c, typeof(OverflowException)), await CatchAsync(c, typeof(FormatException)) }));
        Assert.Equal(["refused", "arithmetic", "something"], (await host.RunAsync("o")).ReadOutputAs<string[]>()!);

        static async Task<string> CatchAsync(TaskOrchestrationContext context, Type type)
        {
            try
            {
                await context.CallActivityAsync("throws", type.AssemblyQualifiedName);
                return "nothing";
            }
            catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<Refusal>())
            {
                return "refused";
            }
            catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<ArithmeticException>())
            {
                return "arithmetic";
            }
            catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<Exception>())
            {
                return "something";
            }
        }
    }

    [Fact]
    public async Task Properties_of_a_failure_are_kept()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync("throws"))
            .AddActivity("throws", (TaskActivityContext _) => throw new DurableTask.Core.Exceptions.OrchestrationException("coded")
            {
                FailureDetails = new DurableTask.Core.FailureDetails("Coded", "coded", null, null, false, new Dictionary<string, object?> { ["code"] = "E7", ["none"] = null }),
            }));
        var properties = (await host.RunAsync("o")).FailureDetails!.InnerFailure!.Properties!;
        Assert.Equal(("E7", null), (properties["code"]?.ToString(), properties["none"]));
    }

    private static string Chain(TaskFailureDetails? failure) => failure is null ? string.Empty
        : $"{failure.ErrorType.Split('.', '+')[^1]} {failure.ErrorMessage}" + (failure.InnerFailure is { } inner ? " < " + Chain(inner) : string.Empty);

    private static void ThrowNamed(Type type) => throw (Exception)Activator.CreateInstance(type, "no, thank you")!;

    private sealed class Refusal : Exception
    {
        public Refusal(string message)
            : base(message)
        {
        }

        public Refusal(string message, Exception inner)
            : base(message, inner)
        {
        }
    }
}
