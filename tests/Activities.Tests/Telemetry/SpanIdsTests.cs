using System.Diagnostics;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Activities.Tests.Runs;

namespace Orchestrator.Activities.Tests.Telemetry;

public sealed class SpanIdsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Runtime_that_does_not_take_an_id_keeps_its_own_and_is_logged_once(bool throws)
    {
        var runs = new TestRuns();
        using var heard = new HeardSpans(runs.Telemetry);
        await runs.BeginAsync("""{ "steps": [ { "id": "a", "prompt": "x" } ] }""", "{}");
        var record = (await runs.Runs.FindAsync(TestRuns.RunId, CancellationToken.None))!;
        using var log = new HeardLog();
        var (tries, lines) = (0, 0);
        var spans = new RunSpans(runs.Telemetry.Source, new SpanIds(log, Set));

        spans.WithinRun(record, () => lines++);
        spans.WriteRun(record, () => lines++);
        spans.WriteRun(record, () => lines++);

        var trace = new RunTrace(record.Identity, record.Attempt).Run;
        Assert.Equal((1, 3), (tries, lines));
        Assert.Equal([trace.TraceId, trace.TraceId], heard.Named("invoke_workflow test").Select(span => span.TraceId));
        Assert.DoesNotContain(trace.SpanId, heard.Ended.Select(span => span.SpanId));
        Assert.StartsWith("1401 ", Assert.Single(log.Lines).Text, StringComparison.Ordinal);

        void Set(Activity span, string id)
        {
            tries++;
            if (throws)
            {
                throw new MissingFieldException(nameof(Activity), "_spanId");
            }
        }
    }
}
