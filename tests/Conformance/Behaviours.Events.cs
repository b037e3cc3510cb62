using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Waits for events: their order, and against timeouts, tokens and each other.</summary>
internal static partial class Behaviours
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Never = TimeSpan.FromDays(7);

    private static void RegisterEvents(IRegistry registry)
    {
        registry.Orchestrator<string, string>("NumbersAfterWait", async (context, _) =>
        {
            await context.CallActivityAsync<string>("Wait", "");
            return string.Join(
                ',',
                await context.WaitForExternalEvent<int>("NUMBER"),
                await context.WaitForExternalEvent<int>("number"),
                await context.WaitForExternalEvent<int>("Number"));
        });
        registry.Orchestrator<int, string>("EventsByName", async (context, count) =>
        {
            var all = new List<int>();
            for (var i = 0; i < count; i++)
            {
                all.Add(await context.WaitForExternalEvent<int>($"e{i}"));
            }

            return string.Join(',', all);
        });
        registry.Orchestrator<int, string>("WaitsForOneName", async (context, count) =>
            string.Join(',', await Task.WhenAll(Enumerable.Range(0, count).Select(_ => context.WaitForExternalEvent<int>("Go")))));
        registry.Orchestrator<string, string>("TwoTypes", async (context, _) =>
        {
            var first = context.WaitForExternalEvent<string>("Go");
            return $"{await context.WaitForExternalEvent<int>("Go")} {await first}";
        });
        registry.Orchestrator<string, int>("SenderToItself", async (context, unknown) =>
        {
            context.SendEvent(unknown, "Go", "lost");
            context.SendEvent(context.InstanceId, "Self", 7);
            return await context.WaitForExternalEvent<int>("Self");
        });
    }

    private static void RegisterRaces(IRegistry registry)
    {
        registry.Orchestrator<string, string>("EventAfterTimeout", async (context, _) =>
        {
            await CancelledAsync(context.WaitForExternalEvent<string>("Go", Soon));
            context.SetCustomStatus("late");
            return "late, then " + await context.WaitForExternalEvent<string>("Go");
        });
        registry.Orchestrator<bool, string>("CancelledWait", async (context, cancelledIsLatest) =>
        {
            using var cancel = new CancellationTokenSource();
            var live = cancelledIsLatest ? context.WaitForExternalEvent<string>("Go") : null;
            var cancelled = context.WaitForExternalEvent<string>("Go", cancel.Token);
            cancel.Cancel();
            await CancelledAsync(cancelled);
            return await (live ?? context.WaitForExternalEvent<string>("Go"));
        });
        registry.Orchestrator<string, string>("FiredToken", async (context, _) =>
        {
            var fired = new CancellationToken(canceled: true);
            await context.WaitForExternalEvent<string>("Go");
            var taken = await context.WaitForExternalEvent<string>("Early", fired);
            await CancelledAsync(context.WaitForExternalEvent<string>("Never", fired));
            return taken;
        });
        registry.Orchestrator<string, string>("EventBeforeTimeout", async (context, _) =>
        {
            using var cancel = new CancellationTokenSource();
            return await context.WaitForExternalEvent<string>("Go", Never, cancel.Token);
        });
        registry.Orchestrator<string, string>("FirstOfTwoEvents", async (context, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var left = context.WaitForExternalEvent<string>("Left", Never, cancel.Token);
            var right = context.WaitForExternalEvent<string>("Right", Never, cancel.Token);
            var winner = await Task.WhenAny(left, right);
            cancel.Cancel();
            return await winner;
        });
        registry.Orchestrator<string, string>("TimeoutBeforeToken", async (context, _) =>
        {
            using var cancel = new CancellationTokenSource();
            await CancelledAsync(context.WaitForExternalEvent<string>("Go", Soon, cancel.Token));
            return "gave up";
        });
        registry.Orchestrator<string, string>("TokenBeforeTimeout", async (context, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var waits = context.WaitForExternalEvent<string>("Go", Never, cancel.Token);
            await context.CreateTimer(Soon, CancellationToken.None);
            cancel.Cancel();
            await CancelledAsync(waits);
            return "cancelled";
        });
        registry.Orchestrator<TimeSpan, string>("EventOrTimer", async (context, time) =>
        {
            using var cancel = new CancellationTokenSource();
            var approval = context.WaitForExternalEvent<string>("Approval", cancel.Token);
            var timeout = context.CreateTimer(time, cancel.Token);
            var winner = await Task.WhenAny(approval, timeout);
            cancel.Cancel();
            return winner == approval ? await approval : "too late";
        });
    }

    private static async Task CancelledAsync(Task wait)
    {
        try
        {
            await wait;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException("The wait was not cancelled.");
    }
}
