using Orchestrator.Testing.Rules;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>
/// Generated definitions on the scheduler alone, with everything that a run can meet. A slice: as many as one likes are
/// <c>dotnet run -c Release --project bench -- rules --cases N --seed N</c>. A failure prints its seed and the smallest case that fails.
/// </summary>
public sealed class RulesThatMeetTests(ITestOutputHelper output)
{
    private const int Cases = 50_000;

    [Fact]
    public void Laws_of_a_run_hold_for_generated_definitions()
    {
        var report = RulesCampaign.Run(1, Cases, scheduler => scheduler.Operations);

        output.WriteLine($"{report}");
        Assert.True(report.Failures.Count == 0, string.Join(Environment.NewLine, report.Failures));
        Assert.InRange(report.Refused, 1, report.Cases / 10);
    }
}
