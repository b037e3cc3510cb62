using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Calls with retries.</summary>
internal static partial class Behaviours
{
    /// <summary>The number of attempts of an instance's call, by instance.</summary>
    private static readonly ConcurrentDictionary<string, int> Tries = new();

    public static int TriesOf(string instanceId) => Tries.GetValueOrDefault(instanceId);

    private static void RegisterRetries(IRegistry registry)
    {
        registry.Activity<Attempts, int>("Attempt", (_, attempts) => Task.FromResult(Attempt(attempts)));
        registry.Orchestrator<Attempts, int>("AttemptAsChild", (_, attempts) => Task.FromResult(Attempt(attempts)));

        // Its custom status has the arguments of its policy or handler and the caught failure, since some engines keep no details of a failed
        // instance.
        registry.Orchestrator<Retries, int>("Retrying", async (context, retries) =>
        {
            var told = new List<string>();
            var attempts = new Attempts(context.InstanceId, retries.Failures);
            var options = Options(retries, told);
            try
            {
                return retries.IsChild
                    ? await context.CallSubOrchestratorAsync<int>(retries.Callee ?? "AttemptAsChild", attempts, options)
                    : await context.CallActivityAsync<int>(retries.Callee ?? "Attempt", attempts, options);
            }
            catch (Exception failure)
            {
                told.Add(failure is TaskFailedException failed ? Chain(failed.FailureDetails) : $"{failure.GetType()} {failure.Message}");
                throw;
            }
            finally
            {
                context.SetCustomStatus(told);
            }
        });
    }

    private static int Attempt(Attempts attempts)
    {
        var number = Tries.AddOrUpdate(attempts.Caller, 1, (_, before) => before + 1);
        return attempts.Failures.ElementAtOrDefault(Math.Min(number, attempts.Failures.Length) - 1) switch
        {
            "late" => throw new TimeoutException("late"),
            "wrong" => throw new ArgumentException("wrong"),
            _ => number,
        };
    }

    private static TaskOptions Options(Retries retries, List<string> told) => retries.How switch
    {
        Retry.Policy => Policy(retries, null),
        Retry.PolicyWithPredicate => Policy(retries, failure =>
        {
            told.Add($"asked about {failure.ErrorMessage}");
            return failure.IsCausedBy<TimeoutException>();
        }),
        Retry.PolicyWithPredicateThatThrows => Policy(retries, _ => throw new InvalidOperationException("predicate")),
        Retry.Handler => TaskOptions.FromRetryHandler(retry => Tell(retry, told) < retries.Most),
        Retry.AsynchronousHandler => TaskOptions.FromRetryHandler(async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            return Tell(retry, told) < retries.Most;
        }),
        Retry.HandlerThatThrows => TaskOptions.FromRetryHandler(bool (RetryContext _) => throw new InvalidOperationException("handler")),
        _ => throw new ArgumentOutOfRangeException(nameof(retries), retries.How, "There is no such retry."),
    };

    private static TaskOptions Policy(Retries retries, Func<TaskFailureDetails, bool>? predicate)
    {
        var policy = new RetryPolicy(retries.Most, TimeSpan.FromMilliseconds(1));
        return TaskOptions.FromRetryPolicy(
            predicate is null ? policy : new RetryPolicy(retries.Most, TimeSpan.FromMilliseconds(1)) { HandleFailure = predicate });
    }

    private static int Tell(RetryContext retry, List<string> told)
    {
        var failure = retry.LastFailure;
        told.Add(
            $"{retry.LastAttemptNumber} {failure.ErrorMessage} {failure.IsCausedBy<Exception>()} {failure.IsCausedBy<ArgumentException>()} " +
            $"{retry.OrchestrationContext.InstanceId}");
        return retry.LastAttemptNumber;
    }

    public enum Retry
    {
        Policy,
        PolicyWithPredicate,
        PolicyWithPredicateThatThrows,
        Handler,
        AsynchronousHandler,
        HandlerThatThrows,
    }

    /// <summary>What "Retrying" does.</summary>
    /// <param name="Most">How many attempts the policy or the handler allows.</param>
    /// <param name="Failures">What the attempts throw, "late" or "wrong"; the last one again and again. Any other text: they succeed.</param>
    /// <param name="IsChild">Whether it calls an orchestrator, not an activity.</param>
    /// <param name="Callee">Null: what throws these failures.</param>
    public sealed record Retries(Retry How, int Most, string[] Failures, bool IsChild = false, string? Callee = null);

    /// <param name="Caller">The instance that calls: its attempts are counted.</param>
    private sealed record Attempts(string Caller, string[] Failures);
}
