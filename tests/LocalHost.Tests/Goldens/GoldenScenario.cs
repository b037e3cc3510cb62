using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>Instances that belong together: their start, the client's requests, and their results.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Start">Starts the root.</param>
/// <param name="Root">The root's instance id.</param>
/// <param name="Others">The instances that it makes.</param>
/// <param name="Act">The client's further requests; they may be repeated after a crash.</param>
internal sealed record GoldenScenario(
    string Name, string Root, string[] Others, Func<DurableTaskClient, Task> Start, Func<DurableTaskClient, Task>? Act = null)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        new("activities", "golden-activities", [], c => c.ScheduleNewOrchestrationInstanceAsync(
            "activities",
            "input ü ",
            new StartOrchestrationOptions("golden-activities")
            {
                Version = new TaskVersion("1.2"),
                Tags = new Dictionary<string, string> { ["team"] = "blue", ["ü"] = "走" }
            })),
        new("failing", "golden-failing", [], c =>
            c.ScheduleNewOrchestrationInstanceAsync("failing", "this", new StartOrchestrationOptions("golden-failing"))),
        new("timers", "golden-timers", [], c => c.ScheduleNewOrchestrationInstanceAsync(
            "timers", new StartOrchestrationOptions("golden-timers", new DateTimeOffset(2030, 1, 1, 1, 0, 0, TimeSpan.Zero)))),
        new("events", "golden-events", [], c =>
            c.ScheduleNewOrchestrationInstanceAsync("events", new StartOrchestrationOptions("golden-events")), EventsAsync),
        new(
            "children",
            "golden-parent",
            ["golden-child-1", "golden-child-2", "golden-child-3"],
            c => c.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions("golden-parent"))),
        new("rounds", "golden-rounds", [], c =>
            c.ScheduleNewOrchestrationInstanceAsync("rounds", 1, new StartOrchestrationOptions("golden-rounds")), RoundsAsync),
        new(
            "terminated",
            "golden-terminated",
            ["golden-waiting-child"],
            c => c.ScheduleNewOrchestrationInstanceAsync("waiting parent", new StartOrchestrationOptions("golden-terminated")),
            TerminateAsync),
        new(
            "restarted",
            "golden-restarted",
            [],
            c => c.ScheduleNewOrchestrationInstanceAsync("greeting", "world", new StartOrchestrationOptions("golden-restarted"))),
    ];

    /// <summary>Runs the instances to their ends, from any state.</summary>
    /// <returns>Their results, as JSON.</returns>
    public async Task<string> FinishAsync(LocalDurableHost host, SteppedTimeProvider time)
    {
        if (await host.Client.GetInstanceAsync(Root) is null)
        {
            await Start(host.Client);
        }

        var acted = Act?.Invoke(host.Client) ?? Task.CompletedTask;
        var ended = EndAsync(host, acted);
        while (!ended.IsCompleted)
        {
            await Task.WhenAny(ended, time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            time.AdvanceToNextTimer();
        }

        return JsonSerializer.Serialize(await ended, Indented) + "\n";
    }

    private static async Task EventsAsync(DurableTaskClient client)
    {
        const string Id = "golden-events";
        await client.RaiseEventAsync(Id, "first", "one");
        await client.SuspendInstanceAsync(Id, "a pause");
        await client.RaiseEventAsync(Id, "second", null);
        await client.ResumeInstanceAsync(Id);
        await client.SuspendInstanceAsync(Id);
        await client.ResumeInstanceAsync(Id, "and on");
        await client.RaiseEventAsync(Id, "last", "three");
    }

    private static async Task RoundsAsync(DurableTaskClient client)
    {
        foreach (var name in (string[])["kept from the start", "go 3", "go 2", "go 1"])
        {
            await client.RaiseEventAsync("golden-rounds", name, name);
        }
    }

    private static async Task TerminateAsync(DurableTaskClient client)
    {
        if (await client.GetInstanceAsync("golden-terminated") is { IsRunning: true })
        {
            await client.WaitForInstanceStartAsync("golden-waiting-child");
            await client.TerminateInstanceAsync("golden-terminated", new TerminateInstanceOptions("enough", Recursive: true));
        }
    }

    private async Task<GoldenResult[]> EndAsync(LocalDurableHost host, Task acted)
    {
        await acted;
        var results = new List<GoldenResult>();
        foreach (var id in (string[])[Root, .. Others])
        {
            results.Add(GoldenResult.Of(await host.EndOfAsync(id)));
        }

        return [.. results];
    }
}
