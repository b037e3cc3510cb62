using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Tests.History;

/// <summary>The written form of events is read by every later version: these texts may be added to, never changed.</summary>
public sealed class HistoryEventTests
{
    private static readonly DateTime At = new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1234567);

    public static TheoryData<HistoryEvent, string> Forms => new()
    {
        {
            new ExecutionStarted(At, "o", "{\"a\":\"ü<\"}", At),
            """{"type":"ExecutionStarted","at":"2030-01-02T03:04:05.1234567Z","name":"o","input":"{\"a\":\"ü<\"}",""" +
            "\"createdAt\":\"2030-01-02T03:04:05.1234567Z\"}"
        },
        {
            new ExecutionStarted(At, "o", null, At)
            {
                Version = "2", Tags = new Dictionary<string, string> { ["t"] = "v" }, Parent = new ParentLink("p", "pi", 1, 7), StartAt = At,
                CustomStatus = "\"s\"",
                CarriedEvents = [new EventRaised(At, "e", "1", new EventSource("s", 2, 3))],
            },
            """{"type":"ExecutionStarted","at":"2030-01-02T03:04:05.1234567Z","name":"o","createdAt":"2030-01-02T03:04:05.1234567Z",""" +
            "\"version\":\"2\",\"tags\":" +
            """{"t":"v"},"customStatus":"\"s\"","startAt":"2030-01-02T03:04:05.1234567Z","parent":""" +
            """{"name":"p","instance":"pi","generation":1,"id":7},"events":""" +
            """[{"type":"EventRaised","at":"2030-01-02T03:04:05.1234567Z","name":"e","input":"1","source":""" +
            """{"instance":"s","generation":2,"id":3}}]}"""
        },
        { new TaskScheduled(At, 3, "a", "1"), """{"type":"TaskScheduled","at":"2030-01-02T03:04:05.1234567Z","id":3,"name":"a","input":"1"}""" },
        { new TaskCompleted(At, 3, "2"), """{"type":"TaskCompleted","at":"2030-01-02T03:04:05.1234567Z","id":3,"result":"2"}""" },
        { new TaskCompleted(At, 3, null), """{"type":"TaskCompleted","at":"2030-01-02T03:04:05.1234567Z","id":3}""" },
        {
            new TaskFailed(At, 3, new TaskFailureDetails("T", "m", "s", new TaskFailureDetails("U", "n", null, null, null), null), true),
            """{"type":"TaskFailed","at":"2030-01-02T03:04:05.1234567Z","id":3,"failure":{"type":"T","message":"m","stack":"s","inner":""" +
            """{"type":"U","message":"n"}},"nonRetriable":true}"""
        },
        {
            new TimerCreated(At, 1, At),
            """{"type":"TimerCreated","at":"2030-01-02T03:04:05.1234567Z","id":1,"fireAt":"2030-01-02T03:04:05.1234567Z"}"""
        },
        { new TimerFired(At, 1), """{"type":"TimerFired","at":"2030-01-02T03:04:05.1234567Z","id":1}""" },
        {
            new SubOrchestrationCreated(At, 1, "o", "i", "1") { Version = "3" },
            """{"type":"SubOrchestrationCreated","at":"2030-01-02T03:04:05.1234567Z","id":1,"name":"o","input":"1","version":"3","instance":"i"}"""
        },
        {
            new SubOrchestrationCompleted(At, 1, "1"),
            """{"type":"SubOrchestrationCompleted","at":"2030-01-02T03:04:05.1234567Z","id":1,"result":"1"}"""
        },
        {
            new SubOrchestrationFailed(At, 1, new TaskFailureDetails("T", "m", null, null, null), false),
            """{"type":"SubOrchestrationFailed","at":"2030-01-02T03:04:05.1234567Z","id":1,"failure":{"type":"T","message":"m"}}"""
        },
        {
            new EventSent(At, 1, "i", "e", "1"),
            """{"type":"EventSent","at":"2030-01-02T03:04:05.1234567Z","id":1,"name":"e","input":"1","instance":"i"}"""
        },
        { new EventDelivered(At, 1), """{"type":"EventDelivered","at":"2030-01-02T03:04:05.1234567Z","id":1}""" },
        { new EventRaised(At, "e", null), """{"type":"EventRaised","at":"2030-01-02T03:04:05.1234567Z","name":"e"}""" },
        { new CustomStatusSet(At, "{}"), """{"type":"CustomStatusSet","at":"2030-01-02T03:04:05.1234567Z","customStatus":"{}"}""" },
        { new ExecutionSuspended(At, "why"), """{"type":"ExecutionSuspended","at":"2030-01-02T03:04:05.1234567Z","reason":"why"}""" },
        { new ExecutionResumed(At, null), """{"type":"ExecutionResumed","at":"2030-01-02T03:04:05.1234567Z"}""" },
        {
            new ExecutionCompleted(At, OrchestrationRuntimeStatus.Terminated, "1", null, Recursive: true),
            """{"type":"ExecutionCompleted","at":"2030-01-02T03:04:05.1234567Z","status":"Terminated","output":"1","recursive":true}"""
        },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Event_has_its_written_form_and_is_read_from_it(HistoryEvent happened, string form)
    {
        Assert.Equal(form, Encoding.UTF8.GetString(HistoryEventWriter.Write(happened).Span));
        Assert.Equal(form, Encoding.UTF8.GetString(HistoryEventWriter.Write(HistoryEventReader.Read(Encoding.UTF8.GetBytes(form))).Span));
    }

    [Fact]
    public void Unknown_properties_are_passed_over() => Assert.Equal(
        new TimerFired(At, 1),
        HistoryEventReader.Read("""{"type":"TimerFired","new":{"x":[1]},"at":"2030-01-02T03:04:05.1234567Z","id":1}"""u8));

    [Fact]
    public void Unknown_events_are_refused() => Assert.Contains(
        "'Later'", Assert.Throws<JsonException>(() => HistoryEventReader.Read("""{"type":"Later"}"""u8)).Message, StringComparison.Ordinal);
}
