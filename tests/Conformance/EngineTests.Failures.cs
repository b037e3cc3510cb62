using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>How an exception arrives at the caller and the client.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Unhandled_activity_failure_fails_the_instance_with_type_text_stack_and_cause() => AssertFailure(
        await RunAsync("Failing", "no"),
        failure => Behaviours.Chain(
            failure) == $"Microsoft.DurableTask.TaskFailedException Task 'Fail' (#0) failed with an unhandled exception: no < {Behaviours.Causes}"
            && failure.StackTrace is not null
            && failure.InnerFailure!.IsCausedBy<Behaviours.Refusal>(),
        "Task 'Fail' (#0) failed with an unhandled exception: no");

    [SuiteFact]
    public async Task Caught_failure_has_task_and_type_and_text_and_cause_and_stack_and_lets_the_orchestrator_go_on()
    {
        var end = await RunAsync("Explaining", "no");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        var caught = end.ReadOutputAs<string[]>()!;
        Assert.Equal(["Fail#0", Behaviours.Causes], caught[..2]);
        Assert.Contains(nameof(Behaviours), caught[2], StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Failures_are_caught_by_their_type_or_a_base_of_it()
    {
        Type[] types = [typeof(Behaviours.Refusal), typeof(OverflowException), typeof(FormatException)];
        string[] expected = ["refused", "arithmetic", "something"];
        Assert.Equal(expected, (await RunAsync("Choosy", types.Select(type => type.AssemblyQualifiedName).ToArray())).ReadOutputAs<string[]>());
    }

    [SuiteTheory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(Behaviours.Refusal))]
    [InlineData(typeof(Xunit.Sdk.XunitException))]
    public async Task Exception_of_an_orchestrator_keeps_type_text_and_stack(Type type) => AssertFailure(
        await RunAsync("Throwing", type.AssemblyQualifiedName!),
        failure => failure is { ErrorMessage: "no, thank you", InnerFailure: null }
            && failure.ErrorType == type.FullName
            && failure.StackTrace!.Contains(nameof(Behaviours.ThrowNamed), StringComparison.Ordinal)
            && failure.IsCausedBy(type)
            && failure.IsCausedBy<Exception>()
            && !failure.IsCausedBy<ArithmeticException>(),
        "no, thank you");

    [SuiteFact]
    public async Task Stack_of_the_orchestration_is_its_own_not_the_activitys() => AssertFailure(
        await RunAsync("CallsThrowing", typeof(Behaviours.Refusal).AssemblyQualifiedName!),
        failure => failure.StackTrace!.Contains(nameof(Behaviours.CallAndFailAsync), StringComparison.Ordinal)
            && !failure.StackTrace.Contains(nameof(Behaviours.ThrowNamed), StringComparison.Ordinal)
            && failure.InnerFailure!.StackTrace!.Contains(nameof(Behaviours.ThrowNamed), StringComparison.Ordinal),
        "Task 'Throw' (#0) failed with an unhandled exception: no, thank you");
}
