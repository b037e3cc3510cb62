using System.Text;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Runs;

public sealed class RunPresenceReaderTests
{
    private static readonly RunRecord Record = new()
    {
        RunId = "r1",
        Stamp = "s",
        Workflow = "w",
        DefinitionHash = "h",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Attempt = 2,
        Attempts = [new(1), new(2) { Reused = ["status", "deleting"] }],
        Tags = new Dictionary<string, string> { ["deleting"] = "true", ["stamp"] = "other", ["attempt"] = "9" },
    };

    public static TheoryData<RunStatus> Statuses => [.. Enum.GetValues<RunStatus>()];

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Attempts_that_have_ended_follow_from_status_and_attempt(RunStatus status)
    {
        var record = Record with { Status = status };

        Assert.Equal(new RunPresence(IsGone: false, record.HasEnded ? 2 : 1), Read(record));
    }

    [Fact]
    public void Run_that_is_deleted_or_another_one_is_gone()
    {
        var gone = new RunPresence(IsGone: true, int.MaxValue);

        Assert.Equal(gone, Read(Record with { Deleting = true }));
        Assert.Equal(gone, Read(Record with { RunId = "r2" }));
        Assert.Equal(gone, Read(Record with { Stamp = "t" }));
        Assert.Equal(gone, Read(Record with { Stamp = null }));
        Assert.Equal(gone, RunPresenceReader.Read(JsonContent.Bytes(Record), new RunIdentity("r1", null)));
    }

    [Fact]
    public void Run_of_a_version_without_stamps_is_there() =>
        Assert.Equal(new RunPresence(IsGone: false, 1), RunPresenceReader.Read(JsonContent.Bytes(Record with { Stamp = null }), new RunIdentity("r1", null)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":3,"runId":"r1","stamp":"s"}""")]
    [InlineData("""{"format":2,"runId":"r1","stamp":"s","attempt":1}""")]
    [InlineData("""{"format":3,"runId":"r1","stamp":"s","attempt":1""")]
    [InlineData("""{"format":3,"runId":"r1","stamp":"s","attempt":1}x""")]
    public void What_is_no_record_of_this_version_is_not_read(string text) =>
        Assert.Null(RunPresenceReader.Read(Encoding.UTF8.GetBytes(text), Record.Identity));

    [Fact]
    public void Record_that_is_cut_anywhere_is_not_read()
    {
        var bytes = JsonContent.Bytes(Record);

        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Null(RunPresenceReader.Read(bytes.AsSpan(0, length), Record.Identity)));
    }

    private static RunPresence? Read(RunRecord record) => RunPresenceReader.Read(JsonContent.Bytes(record), Record.Identity);
}
