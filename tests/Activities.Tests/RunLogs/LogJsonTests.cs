using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>Records are written member by member, with the bytes of the serializer that reads them.</summary>
public sealed class LogJsonTests
{
    private static readonly WorkflowError Error =
        new(ErrorKind.RateLimited, "Too \"many\"\nrequests ü 😀 <&'>") { Step = "a", Attempt = 2, Retryable = true, Details = new JsonObject { ["after"] = 1.50 } };

    private static readonly TokenUsage Usage = new()
    {
        InputTokens = long.MaxValue,
        OutputTokens = 2,
        CachedTokens = 3,
        CacheWriteTokens = 4,
        EstimatedCost = 0.001230m,
        Estimated = true,
    };

    private static readonly RunEvent WholeEvent = new(RunEventNames.StepStarted, "r\u2028 1", 3, At.AddTicks(1_234_567).ToOffset(TimeSpan.FromMinutes(-210)))
    {
        Stamp = "s",
        StepId = "a",
        StepPath = "m/a",
        Attempt = 2,
        Text = "t\u0000",
        Index = 0,
        Status = RunStatus.TimedOut,
        Reason = "",
        Usage = Usage,
        DurationMs = 0.1 + 0.2,
        QueuedMs = 1e21,
        FallbackUsed = false,
        Simulated = true,
        Error = Error,
        Warnings = ["w", "\ud800"],
    };

    private static readonly StepCheckpoint WholeCheckpoint = Checkpoint("a", JsonNode.Parse("""{"n":1.0,"t":"\u00e9\ud83d\ude00","l":[null,true,1e400]}""")) with
    {
        Stamp = "s",
        Type = StepType.Tool,
        PromptId = "p",
        PromptVersion = "v",
        Model = "m",
        Simulated = true,
        Environment = "prod",
        Consumed = ["x", "y"],
        Adopted = "z",
        WithoutWork = true,
        BegunBefore = true,
        Inputs = new JsonObject { ["k\n"] = 5, ["none"] = null, ["d"] = 0.1m, ["at"] = JsonValue.Create(At) },
        Status = StepStatus.Failed,
        Reason = "condition",
        DecidedBy = new DecidingStep(1, 2),
        Transformed = "plain",
        FromCache = true,
        Again = true,
        FallbackUsed = true,
        Warnings = ["one"],
        CompletedAt = At.AddTicks(1),
        Usage = Usage with { EstimatedCost = null },
        Error = Error,
    };

    public static TheoryData<string> Records => [.. Cases.Keys];

    private static Dictionary<string, LogRecord> Cases { get; } = new()
    {
        ["event with every member"] = new LogRecord { Event = WholeEvent },
        ["event with the least"] = new LogRecord { Event = new RunEvent("run.started", "r1", 1, At) },
        ["checkpoint with every member"] = new LogRecord
        {
            Ended = RunEventNames.StepFailed,
            Checkpoint = WholeCheckpoint,
            Writer = "w.1",
            Texts = 3,
            After = "v.1",
            Released = true,
            Beside = new Dictionary<string, string> { ["output"] = "hash" },
        },
        ["part"] = new LogRecord { Part = new LogPart("outputs-1", 1, "s") { Value = JsonSerializer.Deserialize<JsonElement>("""{"a":[1.50,"\u00e9",null]}""") } },
        ["checkpoint with the least"] = new LogRecord { Checkpoint = Checkpoint("a") },
        ["checkpoint with a list"] = new LogRecord { Checkpoint = Checkpoint("a", new JsonArray("a", 1, null, new JsonObject())) },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void Bytes_are_those_of_the_serializer(string name)
    {
        var record = Cases[name];

        var written = LogJson.Write(record, 0, static (json, _) => Encoding.UTF8.GetString(json));

        Assert.Equal(JsonSerializer.Serialize(record, WorkflowJson.Compact), written);
    }

    [Fact]
    public void Every_member_has_a_value_in_the_cases()
    {
        AssertWhole(WholeEvent, WholeCheckpoint, Cases["checkpoint with every member"] with { Event = WholeEvent, Part = new LogPart("p", 1, "s") });

        static void AssertWhole(params object[] values)
        {
            foreach (var value in values)
            {
                var none = JsonNode.Parse(JsonSerializer.Serialize(value, value.GetType(), WorkflowJson.Compact))!.AsObject().Select(member => member.Key);
                var all = value.GetType().GetProperties().Where(property => !property.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), false)
                        || property.GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), false)
                            .Cast<System.Text.Json.Serialization.JsonIgnoreAttribute>().Single().Condition
                            == System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)
                    .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
                Assert.Equal(all.Order(StringComparer.Ordinal), none.Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public void Record_that_cannot_be_written_leaves_nothing_for_the_next_one()
    {
        Assert.ThrowsAny<ArgumentException>(() => LogJson.Write(new LogRecord { Event = WholeEvent with { QueuedMs = double.NaN } }, 0, static (_, _) => 0));

        Bytes_are_those_of_the_serializer("event with the least");
    }
}
