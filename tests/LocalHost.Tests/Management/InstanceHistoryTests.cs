using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

/// <summary>Histories of a real host over a real socket.</summary>
public sealed class InstanceHistoryTests : IAsyncLifetime
{
    private readonly MemoryJournal _journal = new();
    private LocalDurableHost _host = null!;
    private TestWeb _web = null!;

    public async Task InitializeAsync()
    {
        _host = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Journal = _journal;
            builder.AddActivity<string, string>("Upper", (TaskActivityContext _, string text) => text.ToUpperInvariant());
            builder.AddActivity("Fails", _ => throw new InvalidOperationException("it broke"));
            builder.AddOrchestrator("Child", (TaskOrchestrationContext _, int n) => Task.FromResult(n + 1));
            builder.AddOrchestrator("Flow", async (TaskOrchestrationContext context, string text) =>
            {
                var upper = await context.CallActivityAsync<string>("Upper", text);
                await context.CallSubOrchestratorAsync<int>("Child", 1, new SubOrchestrationOptions(instanceId: "child"));
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return upper;
            });
            builder.AddOrchestrator("Broken", async (TaskOrchestrationContext context, string _) =>
            {
                await context.CallActivityAsync("Fails");
                return "never";
            });
            builder.AddOrchestrator("Waits", async (TaskOrchestrationContext context, string _) =>
            {
                await context.WaitForExternalEvent<int>("first");
                return await context.WaitForExternalEvent<string>("second");
            });
        });
        _web = await TestWeb.OfManagementAsync(_host.Client, new ManagementOptions { History = _host.ReadHistoryAsync });
    }

    public async Task DisposeAsync()
    {
        await _web.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task What_was_scheduled_is_folded_into_what_it_came_to()
    {
        await _host.RunAsync("Flow", "hi", "a");

        var items = await HistoryAsync("a", "&showInput=false");

        Assert.Equal(
            [
                "ExecutionStarted: EventType,FunctionName,Timestamp",
                "TaskCompleted: EventType,FunctionName,ScheduledTime,Timestamp",
                "SubOrchestrationInstanceCompleted: EventType,FunctionName,ScheduledTime,Timestamp",
                "TimerCreated: EventType,FireAt,Timestamp",
                "TimerFired: EventType,FireAt,Timestamp",
                "ExecutionCompleted: EventType,OrchestrationStatus,Timestamp",
            ],
            items.Select(Shape));
        Assert.Equal(["Flow", "Upper", "Child"], items.Take(3).Select(item => item.GetProperty("FunctionName").GetString()));
        Assert.True(items[1].GetProperty("ScheduledTime").GetDateTime() <= items[1].GetProperty("Timestamp").GetDateTime());
        Assert.EndsWith("Z", items[1].GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
        Assert.Equal("Completed", items[5].GetProperty("OrchestrationStatus").GetString());
    }

    [Fact]
    public async Task Results_are_shown_as_JSON_and_inputs_as_they_are_serialized()
    {
        await _host.RunAsync("Flow", "hi", "a");

        var items = await HistoryAsync("a", "&showHistoryOutput=true");

        Assert.Equal(
            ("HI", 2, "HI"),
            (items[1].GetProperty("Result").GetString(), items[2].GetProperty("Result").GetInt32(), items[5].GetProperty("Result").GetString()));
        Assert.Equal(["\"hi\"", "\"hi\"", "1"], items.Take(3).Select(item => item.GetProperty("Input").GetString()));
    }

    [Fact]
    public async Task Failure_says_why_without_a_stack_trace()
    {
        await _host.RunAsync("Broken", "x", "a");

        var items = await HistoryAsync("a", "&showInput=false");

        Assert.Equal(
            [
                "ExecutionStarted: EventType,FunctionName,Timestamp",
                "TaskFailed: EventType,FailureDetails,FunctionName,Reason,ScheduledTime,Timestamp",
                "ExecutionCompleted: EventType,FailureDetails,OrchestrationStatus,Reason,Timestamp",
            ],
            items.Select(Shape));
        Assert.Equal("it broke", items[1].GetProperty("Reason").GetString());
        Assert.Equal("System.InvalidOperationException", items[1].GetProperty("FailureDetails").GetProperty("ErrorType").GetString());
        Assert.DoesNotContain(items, item => item.GetRawText().Contains("   at ", StringComparison.Ordinal));
    }

    /// <summary>Its checksum is right, so a later version wrote it, or it was changed with care.</summary>
    [Theory]
    [InlineData("""{"type":"Later","at":"2030-01-01T00:00:00Z"}""", "Record 2 of the history of 'a' cannot be understood: 'Later' is no event")]
    [InlineData("nonsense", "Record 2 of the history of 'a' cannot be understood: 'nonsense' is an invalid JSON literal.")]
    [InlineData(
        """{"type":"TimerFired","at":"2030-01-01T00:00:00Z","id":7}""", "The history of the instance contradicts itself: TimerFired of call 7, ")]
    [InlineData(
        """{"type":"TaskCompleted","at":"2030-01-01T00:00:00Z","id":7}""", "The history of the instance contradicts itself: TaskCompleted of call 7, ")]
    public async Task Record_that_cannot_be_understood_is_named_with_what_to_do(string record, string problem)
    {
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new StartOrchestrationOptions("a"));
        await _host.Client.WaitForInstanceStartAsync("a", CancellationToken.None);
        await _journal.AppendAsync(new JournalId("a", 0), 1, Encoding.UTF8.GetBytes(record));

        using var answer = await _web.Client.GetAsync($"{ManagementPayload.BasePath}/instances/a?showHistory=true");

        var detail = await answer.IsProblemAsync(HttpStatusCode.InternalServerError, "internal");
        Assert.StartsWith(problem, detail, StringComparison.Ordinal);
        Assert.Contains("Use the version of the program that wrote it, restore the history", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfinished_instance_shows_what_happened_so_far()
    {
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "x", new StartOrchestrationOptions("a"));
        await _host.Client.WaitForInstanceStartAsync("a", CancellationToken.None);
        await _host.Client.RaiseEventAsync("a", "first", 7);
        await _host.Client.SuspendInstanceAsync("a", "lunch");
        await _host.Client.ResumeInstanceAsync("a", "back");

        var items = await HistoryAsync("a", "");

        Assert.Equal(
            [
                "ExecutionStarted: EventType,FunctionName,Input,Timestamp", "EventRaised: EventType,Input,Name,Timestamp",
                "ExecutionSuspended: EventType,Reason,Timestamp", "ExecutionResumed: EventType,Reason,Timestamp",
            ],
            items.Select(Shape));
        Assert.Equal(
            ("first", "7", "lunch"),
            (items[1].GetProperty("Name").GetString(), items[1].GetProperty("Input").GetString(), items[2].GetProperty("Reason").GetString()));
    }

    private static string Shape(JsonElement item) =>
        $"{item.GetProperty("EventType").GetString()}: " +
        string.Join(',', item.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));

    private async Task<List<JsonElement>> HistoryAsync(string id, string query)
    {
        var body = await _web.Client.GetStringAsync($"{ManagementPayload.BasePath}/instances/{id}?showHistory=true{query}");
        return [.. JsonElement.Parse(body).GetProperty("historyEvents").EnumerateArray()];
    }
}
