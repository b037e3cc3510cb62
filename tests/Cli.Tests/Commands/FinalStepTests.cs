namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A final step starts when all others have ended, so it may use their results without depending on them.</summary>
public sealed class FinalStepTests : IDisposable
{
    private const string Definition = """
        { "steps": [
            { "id": "note", "type": "tool", "tool": "template", "when": "steps.b.status == 'failed'",
              "input": { "template": "{{a}}, {{b}} with {{kind}}, {{c}}, '{{none}}'",
                         "values": { "a": "{{a}}", "b": "{{b.status}}", "kind": "{{steps.b.error.kind}}", "c": "{{c.status}}", "none": "{{c}}" } } },
            { "id": "calm", "type": "tool", "tool": "template", "when": "b.status == 'completed'", "input": { "template": "fine" } },
            { "id": "a", "prompt": "A" },
            { "id": "b", "prompt": "B", "dependsOn": ["a"], "options": { "onError": "continue" } },
            { "id": "c", "prompt": "C", "dependsOn": ["b"], "when": "b.status == 'completed'" } ],
          "finally": ["note", "calm"] }
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Final_step_reads_outputs_and_ends_of_steps_that_it_does_not_depend_on()
    {
        var run = await _workspace.RunAsync(
            Definition, """ "a": [ { "output": "well" } ], "b": [ { "error": { "kind": "contentFiltered" } } ] """, "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("well, failed with contentFiltered, skipped, ''", run.Json().GetProperty("outputs").GetProperty("note").GetString());
        Assert.Equal("skipped", run.Json().GetProperty("steps").GetProperty("calm").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Final_step_of_one_key_with_another_gives_the_output_of_the_run()
    {
        var run = await _workspace.RunAsync(
            """{ "steps": [ { "id": "late", "prompt": "L", "outputKey": "k" }, { "id": "early", "prompt": "E", "outputKey": "k" } ],""" +
            """ "finally": ["late"], "outputs": { "k": "k" } }""",
            """ "late": [ { "output": "late" } ], "early": [ { "output": "early" } ] """,
            "--json");

        Assert.Equal("late", run.Json().GetProperty("outputs").GetProperty("k").GetString());
    }
}
