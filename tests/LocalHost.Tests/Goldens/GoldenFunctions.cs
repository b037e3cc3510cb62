using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>
/// The functions that the golden histories came from. They must never change: the histories hold their operations in this order.
/// </summary>
internal static class GoldenFunctions
{
    public static void Register(LocalDurableHostBuilder builder)
    {
        RegisterActivities(builder);
        builder
            .AddOrchestrator<string, string>("activities", ActivitiesAsync)
            .AddOrchestrator<string, string>("failing", FailingAsync)
            .AddOrchestrator("timers", TimersAsync)
            .AddOrchestrator("events", EventsAsync)
            .AddOrchestrator("parent", ParentAsync)
            .AddOrchestrator<int, string>("child", ChildAsync)
            .AddOrchestrator<int, string>("rounds", RoundsAsync)
            .AddOrchestrator("waiting parent", WaitingParentAsync)
            .AddOrchestrator("waiting child", async (TaskOrchestrationContext c) => await c.WaitForExternalEvent<string>("never"))
            .AddOrchestrator<string, string>("greeting", async (c, name) => await c.CallActivityAsync<string>("echo", $"hello {name}"));
    }

    private static void RegisterActivities(LocalDurableHostBuilder builder)
    {
        var calls = 0;
        builder
            .AddActivity<string, string>("echo", (TaskActivityContext _, string text) => text)
            .AddActivity<string, string?>("nothing", string? (TaskActivityContext _, string _) => null)
            .AddActivity<string, string>("flaky", (TaskActivityContext _, string text) =>
                Interlocked.Increment(ref calls) <= 2 ? throw new TimeoutException("not yet") : text)
            .AddActivity<string, string>("broken", Broken);
    }

    private static string Broken(TaskActivityContext context, string text) =>
        throw new InvalidOperationException($"broken: {text}", new ArgumentException("the reason", new TimeoutException("the reason's reason")));

    private static async Task<string> ActivitiesAsync(TaskOrchestrationContext c, string input)
    {
        c.SetCustomStatus("begun");
        var wide = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => c.CallActivityAsync<string>("echo", $"{input}{i}")));
        c.SetCustomStatus(new { done = 3, of = 7 });
        var nothing = await c.CallActivityAsync<string?>("nothing", "quotes \" and \\ and\nlines and 走 🦊 and <tags>");
        var retried = await c.CallActivityAsync<string>(
            "flaky", "at last", new TaskOptions(new TaskRetryOptions(new RetryPolicy(10, TimeSpan.FromSeconds(10), 2))));
        var tagged = await c.CallActivityAsync<string>(
            "echo", "tagged", new TaskOptions(tags: new Dictionary<string, string> { ["colour"] = "blue" }) { Version = new TaskVersion("3.1") });
        var failures = new List<string>();
        foreach (var name in (string[])["broken", "nobody"])
        {
            try
            {
                await c.CallActivityAsync<string>(name, "x");
            }
            catch (TaskFailedException failed)
            {
                failures.Add($"{failed.FailureDetails.ErrorType}/{failed.FailureDetails.InnerFailure?.InnerFailure?.ErrorMessage}");
            }
        }

        c.SetCustomStatus(null);
        return $"{string.Join('+', wide)}|{nothing ?? "null"}|{retried}|{tagged}|{string.Join(',', failures)}|{c.Version}";
    }

    private static async Task<string> FailingAsync(TaskOrchestrationContext c, string input)
    {
        c.SetCustomStatus("about to fail");
        await c.CallActivityAsync<string>("echo", input);
        throw new InvalidOperationException($"failed on {input}", new TimeoutException("the inner reason"));
    }

    private static async Task<string> TimersAsync(TaskOrchestrationContext c)
    {
        var began = c.CurrentUtcDateTime;
        await c.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
        var waited = c.CurrentUtcDateTime - began;
        using var cancelled = new CancellationTokenSource();
        var never = c.CreateTimer(TimeSpan.FromDays(400), cancelled.Token);
        Cancel(cancelled);
        try
        {
            await never;
        }
        catch (OperationCanceledException)
        {
            await c.CreateTimer(began.AddHours(3), CancellationToken.None);
        }

        return $"{waited >= TimeSpan.FromMinutes(5)}, cancelled {never.IsCanceled}, {c.CurrentUtcDateTime >= began.AddHours(3)}";
    }

    /// <summary>On the orchestrator's own thread: CancelAsync would leave it.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static async Task<string> EventsAsync(TaskOrchestrationContext c)
    {
        var first = await c.WaitForExternalEvent<string>("first");
        c.SetCustomStatus($"first is {first}");
        var second = await c.WaitForExternalEvent<int?>("second");
        var third = await c.CallActivityAsync<string>("echo", "between");
        var last = await c.WaitForExternalEvent<string>("last");
        return $"{first}, {second?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}, {third}, {last}";
    }

    private static async Task<string> ParentAsync(TaskOrchestrationContext c)
    {
        var good = await c.CallSubOrchestratorAsync<string>(
            "child", 1, new SubOrchestrationOptions(instanceId: "golden-child-1")
            {
                Version = new TaskVersion("2.0"),
                Tags = new Dictionary<string, string> { ["kind"] = "good" }
            });
        var told = await c.WaitForExternalEvent<string>("from child");
        var bad = "no failure";
        try
        {
            await c.CallSubOrchestratorAsync<string>("child", 2, new SubOrchestrationOptions(instanceId: "golden-child-2"));
        }
        catch (TaskFailedException failed)
        {
            bad = failed.FailureDetails.ErrorMessage;
        }

        try
        {
            await c.CallSubOrchestratorAsync<string>("no such orchestrator", 3, new SubOrchestrationOptions(instanceId: "golden-child-3"));
        }
        catch (TaskFailedException failed)
        {
            bad += "|" + failed.FailureDetails.ErrorMessage;
        }

        return $"{good}|{told}|{bad}";
    }

    private static async Task<string> ChildAsync(TaskOrchestrationContext c, int number)
    {
        var said = await c.CallActivityAsync<string>("echo", $"child {number}");
        if (number == 2)
        {
            throw new InvalidOperationException("the second child always fails");
        }

        c.SendEvent(c.Parent!.InstanceId, "from child", "a word from the child");
        return $"{said} of {c.Parent.InstanceId}, version '{c.Version}'";
    }

    private static async Task<string> RoundsAsync(TaskOrchestrationContext c, int round)
    {
        c.SetCustomStatus($"round {round}");
        var step = await c.CallActivityAsync<string>("echo", $"step of round {round}");
        var go = await c.WaitForExternalEvent<string>($"go {round}");
        if (round < 3)
        {
            c.ContinueAsNew(round + 1, preserveUnprocessedEvents: true);
            return "never seen";
        }

        return $"{step}, {go}, {await c.WaitForExternalEvent<string>("kept from the start")}";
    }

    private static async Task<string> WaitingParentAsync(TaskOrchestrationContext c) =>
        await c.CallSubOrchestratorAsync<string>("waiting child", new SubOrchestrationOptions(instanceId: "golden-waiting-child"));
}
