using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Functions.Application;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>
/// Policies and handlers, for activities and children alike. LocalHost's own tests (<c>RetryTimeTests</c>) have what needs a clock.
/// </summary>
public abstract class RetryTests(IEngine engine)
{
    private const string Late = "System.TimeoutException late";

    public enum Callee
    {
        Activity,
        Child,
    }

    [SuiteTheory]
    [InlineData(Callee.Activity, 1)]
    [InlineData(Callee.Activity, 3)]
    [InlineData(Callee.Child, 1)]
    [InlineData(Callee.Child, 3)]
    public async Task Policy_gives_up_after_its_attempts_with_the_last_failure(Callee callee, int attempts) => Assert.Equal(
        [Late],
        await FailAsync(
            new(Behaviours.Retry.Policy, attempts, [.. Enumerable.Repeat("wrong", attempts - 1), "late"], callee == Callee.Child),
            attempts,
            Message(callee, 2 * (attempts - 1), "late")));

    [SuiteTheory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.Child)]
    public async Task Success_ends_the_retries(Callee callee)
    {
        var end = await RunAsync(new(Behaviours.Retry.Policy, 9, ["late", "late", ""], callee == Callee.Child));
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 3, 3), (end.RuntimeStatus, end.ReadOutputAs<int>(), Behaviours.TriesOf(end.InstanceId)));
        Assert.Null(end.FailureDetails);
    }

    [SuiteTheory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.Child)]
    public async Task Predicate_of_a_policy_sees_each_failure(Callee callee) => Assert.Equal(
        ["asked about late", "asked about late", "asked about wrong", "System.ArgumentException wrong"],
        await FailAsync(
            new(Behaviours.Retry.PolicyWithPredicate, 9, ["late", "late", "wrong"], callee == Callee.Child), attempts: 3,
            Message(callee, 4, "wrong")));

    [SuiteTheory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.Child)]
    public async Task Predicate_that_throws_ends_the_retries_and_keeps_the_failure(Callee callee) => Assert.Equal(
        [Late],
        await FailAsync(
            new(Behaviours.Retry.PolicyWithPredicateThatThrows, 9, ["late"], callee == Callee.Child), attempts: 1, Message(callee, 0, "late")));

    /// <summary>A replay asks the handler again: counted is what it is told in one execution.</summary>
    /// <param name="lastTask">A handler's timers count.</param>
    [SuiteTheory]
    [InlineData(Callee.Activity, nameof(Behaviours.Retry.Handler), 2)]
    [InlineData(Callee.Activity, nameof(Behaviours.Retry.AsynchronousHandler), 4)]
    [InlineData(Callee.Child, nameof(Behaviours.Retry.Handler), 2)]
    [InlineData(Callee.Child, nameof(Behaviours.Retry.AsynchronousHandler), 4)]
    public async Task Handler_is_asked_once_per_failure_and_told_all_about_it(Callee callee, string how, int lastTask)
    {
        var id = Guid.NewGuid().ToString("N");
        var retries = new Behaviours.Retries(Enum.Parse<Behaviours.Retry>(how), 3, ["late", "wrong", "late"], callee == Callee.Child);
        Assert.Equal(
            [$"1 late True False {id}", $"2 wrong True True {id}", $"3 late True False {id}", Late],
            await FailAsync(retries, attempts: 3, Message(callee, lastTask, "late"), id));
    }

    [SuiteTheory]
    [InlineData(Callee.Activity)]
    [InlineData(Callee.Child)]
    public async Task Handler_that_throws_fails_the_orchestration_with_its_own_exception(Callee callee) => Assert.Equal(
        ["System.InvalidOperationException handler"],
        await FailAsync(
            new(Behaviours.Retry.HandlerThatThrows, 9, ["late"], callee == Callee.Child), attempts: 1, "handler",
            errorType: typeof(InvalidOperationException)));

    [SuiteTheory]
    [InlineData(Callee.Activity, nameof(Behaviours.Retry.PolicyWithPredicate), "ActivityTaskNotFound")]
    [InlineData(Callee.Activity, nameof(Behaviours.Retry.Handler), "ActivityTaskNotFound")]
    [InlineData(Callee.Child, nameof(Behaviours.Retry.PolicyWithPredicate), "OrchestratorTaskNotFound")]
    [InlineData(Callee.Child, nameof(Behaviours.Retry.Handler), "OrchestratorTaskNotFound")]
    public async Task Unknown_name_is_not_tried_again_by_policy_or_handler(Callee callee, string how, string errorType)
    {
        const string Name = "no_such_callee";
        var told = await FailAsync(new(Enum.Parse<Behaviours.Retry>(how), 9, [], callee == Callee.Child, Name), attempts: 0, message: null);
        Assert.StartsWith(errorType + " ", Assert.Single(told), StringComparison.Ordinal);
        Assert.Contains(Name, told[0], StringComparison.Ordinal);
    }

    /// <param name="task">The number of the last call among what the orchestrator scheduled, timers included.</param>
    private static string Message(Callee callee, int task, string text) =>
        $"Task '{(callee == Callee.Child ? "AttemptAsChild" : "Attempt")}' (#{task}) failed with an unhandled exception: {text}";

    /// <summary>Runs to a failure: how many attempts were made, and how the instance ended.</summary>
    /// <param name="message">Null: any.</param>
    /// <param name="errorType">Null: the failure of a call.</param>
    /// <returns>What the policy or handler was told, and what the orchestrator caught.</returns>
    private async Task<string[]> FailAsync(Behaviours.Retries retries, int attempts, string? message, string? id = null, Type? errorType = null)
    {
        var end = await RunAsync(retries, id);
        Assert.Equal((OrchestrationRuntimeStatus.Failed, attempts), (end.RuntimeStatus, Behaviours.TriesOf(end.InstanceId)));
        Assert.Equal(message ?? OrchestrationFailure.Of(end).Message, OrchestrationFailure.Of(end).Message);
        Assert.Equal(engine.KeepsFailureDetails ? (errorType ?? typeof(TaskFailedException)).FullName : null, end.FailureDetails?.ErrorType);
        return end.ReadCustomStatusAs<string[]>()!;
    }

    private async Task<OrchestrationMetadata> RunAsync(Behaviours.Retries retries, string? id = null) =>
        await engine.EndOfAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync("Retrying", retries, new StartOrchestrationOptions(id)));
}
