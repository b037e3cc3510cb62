using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests.Orchestrations;

public class PlanAnswerTests
{
    [Fact]
    public void Small_plan_travels_as_it_is()
    {
        var answer = PlanAnswer.Of(Plan(10));

        Assert.NotNull(answer.Plan);
        Assert.Null(answer.Compressed);
    }

    /// <summary>A message of 4 MB hangs the real worker: the largest plan, whose names have nothing in common, stays far below.</summary>
    [Fact]
    public void Plan_of_10000_steps_stays_far_below_4_MB()
    {
        var plan = Plan(10_000);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(PlanAnswer.Of(plan), WorkflowJson.Compact).Length;

        Assert.True(bytes < 512 * 1024, string.Create(
            CultureInfo.InvariantCulture, $"{bytes} bytes of {JsonSerializer.SerializeToUtf8Bytes(plan, WorkflowJson.Compact).Length}."));
    }

    [Fact]
    public void Plan_comes_out_as_it_went_in_and_is_decoded_once()
    {
        var plan = Plan(1_000);
        var answer = JsonSerializer.Deserialize<PlanAnswer>(
            JsonSerializer.SerializeToUtf8Bytes(PlanAnswer.Of(plan), WorkflowJson.Compact), WorkflowJson.Compact)!;
        var plans = new DecodedPlans();

        var decoded = plans.Of(answer);

        Assert.Equal(JsonSerializer.Serialize(plan, WorkflowJson.Compact), JsonSerializer.Serialize(decoded.Plan, WorkflowJson.Compact));
        Assert.Same(decoded, plans.Of(answer));
        for (var other = 0; other < 16; other++)
        {
            plans.Of(PlanAnswer.Of(plan with { RunId = $"other-{other}" }));
        }

        Assert.NotSame(decoded, plans.Of(answer));
    }

    private static RunPlan Plan(int steps)
    {
        var text = new StringBuilder("""{ "steps": [ """);
        for (var step = 0; step < steps; step++)
        {
            var needs = step < 3 ? "" : $$""", "dependsOn": [ "{{Id(step - 1)}}", "{{Id(step / 2)}}" ]""";
            text.Append(
                CultureInfo.InvariantCulture,
                $$"""{{(step == 0 ? "" : ",")}} { "id": "{{Id(step)}}", "prompt": "x", "options": { "timeout": {{1_000 + step}} }{{needs}} }""");
        }

        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(text.Append(" ] }").ToString()));
        Assert.True(read.Workflow is not null, string.Join('\n', read.Diagnostics.Take(3)));
        return new RunPlan { RunId = "r1", Steps = read.Workflow.Graph.Steps };
    }

    private static string Id(int step) => string.Create(CultureInfo.InvariantCulture, $"s{(uint)step * 2_654_435_761u:x8}_{step}");
}
