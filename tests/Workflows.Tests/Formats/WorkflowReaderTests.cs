using System.Text;
using Orchestrator.Testing;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Tests.Formats;

public class WorkflowReaderTests
{
    [Fact]
    public void Definition_with_every_property_is_read_as_written()
    {
        var workflow = Read("""
            {
              "id": "7c0e", "slug": "feedback", "name": "Feedback", "description": "About answers.", "appName": "practice",
              "inputs": { "question": { "type": "string", "required": true, "maxLength": 10, "description": "Q" }, "n": { "type": "integer",
              "default": 3 } },
              "options": { "maxParallelism": 4, "parallelBatchDelay": 200, "defaultModel": "gpt-4o", "timeout": 5000, "stream": true,
              "onStepFailure": "stop" },
              "steps": [
                { "id": "a", "type": "prompt", "promptId": "p@v1", "outputKey": "out_a",
                  "options": { "stream": false, "model": "m", "temperature": 0.2, "maxTokens": 800, "timeout": 20000, "retryCount": 3,
                  "outputTransform": "extractScores", "estimatedMs": 900 } },
                { "id": "b-c", "prompt": "Say {{x}}.", "dependsOn": ["a"], "inputMapping": { "x": "out_a", "y": "inputs.question" } }
              ]
            }
            """).Definition;

        Assert.Equal(
            ("7c0e", "feedback", "Feedback", "About answers.", "practice"),
            (workflow.Id, workflow.Slug, workflow.Name, workflow.Description, workflow.AppName));
        Assert.Equal(
            new InputDefinition("question") { Type = InputType.String, Required = true, MaxLength = 10, Description = "Q" }, workflow.Inputs![0]);
        Assert.Equal(3, workflow.Inputs[1].Default!.GetValue<int>());
        Assert.Equal(
            new WorkflowOptions
            {
                MaxParallelism = 4,
                ParallelBatchDelay = 200,
                DefaultModel = "gpt-4o",
                Timeout = 5000,
                Stream = true,
                OnStepFailure = FailurePolicy.Stop,
            },
            workflow.Options);
        Assert.Equal(
            new StepOptions
            {
                Stream = false,
                Model = "m",
                Temperature = 0.2,
                MaxTokens = 800,
                Timeout = 20_000,
                RetryCount = 3,
                OutputTransform = "extractScores",
                EstimatedMs = 900,
            },
            workflow.Steps[0].Options);
        Assert.Equal(("out_a", "b_c"), (workflow.Steps[0].EffectiveOutputKey, workflow.Steps[1].EffectiveOutputKey));
        Assert.Equal(
            [KeyValuePair.Create("x", MappedValue.Path("out_a")), KeyValuePair.Create("y", MappedValue.Path("inputs.question"))],
            workflow.Steps[1].InputMapping!);
    }

    [Theory]
    [InlineData("{", DiagnosticCodes.InvalidText, 1)]
    [InlineData("[]", DiagnosticCodes.WrongType, 1)]
    [InlineData("{ }", DiagnosticCodes.MissingProperty, 1)]
    [InlineData("""{ "steps": [] }""", DiagnosticCodes.NoSteps, 1)]
    [InlineData("""{ "steps": {} }""", DiagnosticCodes.WrongType, 1)]
    [InlineData("""{ "steps": [ 1 ] }""", DiagnosticCodes.WrongType, 1)]
    [InlineData("""{ "slug": "No Spaces", "steps": [ { "id": "a", "prompt": "x" } ] }""", DiagnosticCodes.InvalidId, 1)]
    [InlineData("""{ "steps": [ { "prompt": "x" } ] }""", DiagnosticCodes.MissingProperty, 1)]
    [InlineData("""{ "steps": [ { "id": "a" } ] }""", DiagnosticCodes.MissingProperty, 1)]
    [InlineData("""{ "steps": [ { "id": "1a", "prompt": "x" } ] }""", DiagnosticCodes.InvalidId, 1)]
    [InlineData("""{ "steps": [ { "id": "item", "prompt": "x" } ] }""", DiagnosticCodes.ReservedName, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "promptId": "y" } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "type": "map", "prompt": "x" } ] }""", DiagnosticCodes.UnsupportedProperty, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "repeat": { "max": 3 } } ] }""", DiagnosticCodes.MissingProperty, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "when": "1 +" } ] }""", DiagnosticCodes.InvalidExpression, 1)]
    [InlineData("""{ "inputs": {}, "steps": [ { "id": "a", "prompt": "x", "when": "b == 1" } ] }""", DiagnosticCodes.UnknownReference, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "y", "when": "a == 'x'" } ] }""", DiagnosticCodes.MissingDependency, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "join": "some" } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "onError": "ignore" } } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "options": { "onError": { "rateLimit": "continue" } } } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "onError": "fallback" } } ] }""", DiagnosticCodes.WrongFallback, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "fallback": {} } } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "fallback": { "step": "b" } } } ] }""", DiagnosticCodes.UnknownStep, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "fallback": { "step": "a" } } } ] }""", DiagnosticCodes.WrongFallback, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "fallback": { "step": "b" } } }, { "id": "b", "prompt": "y",""" +
        """ "dependsOn": ["a"] } ] }""", DiagnosticCodes.WrongFallback, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "options": { "retryCount": 1, "retry": { "maxAttempts": 2 } } } ] }""",
        DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "retry": { "on": ["rateLimit"] } } } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x" } ], "finally": ["b"] }""", DiagnosticCodes.UnknownStep, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["b"] }, { "id": "b", "prompt": "y" } ], "finally": ["b"] }""",
        DiagnosticCodes.WrongFinally, 1)]
    [InlineData("""{ "inputs": {}, "steps": [ { "id": "a", "prompt": "x" } ], "outputs": { "y": "b" } }""", DiagnosticCodes.UnknownReference, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "promt": "x" } ] }""", DiagnosticCodes.UnknownProperty, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "id": "b" } ] }""", DiagnosticCodes.DuplicateName, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": 5 } ] }""", DiagnosticCodes.WrongType, 1)]
    [InlineData("""{ "options": { "maxParallelism": 0 }, "steps": [ { "id": "a", "prompt": "x" } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "options": { "onStepFailure": "explode" }, "steps": [ { "id": "a", "prompt": "x" } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "temperature": 3 } } ] }""", DiagnosticCodes.WrongValue, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x", "options": { "outputTransform": "extractScore" } } ] }""", DiagnosticCodes.UnknownTransform, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "a", "prompt": "y", "outputKey": "b" } ] }""", DiagnosticCodes.DuplicateStep, 1)]
    [InlineData(
        """{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "y", "outputKey": "a" } ] }""", DiagnosticCodes.DuplicateOutputKey, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["b"] } ] }""", DiagnosticCodes.UnknownStep, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["a"] } ] }""", DiagnosticCodes.DependencyCycle, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "{{" } ] }""", DiagnosticCodes.InvalidTemplate, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "inputMapping": { "y": "a b" } } ] }""", DiagnosticCodes.InvalidPath, 1)]
    [InlineData("""{ "inputs": { "q": {} }, "steps": [ { "id": "a", "prompt": "{{z}}" } ] }""", DiagnosticCodes.UnknownReference, 1)]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "prompt": "{{a}}" } ] }""", DiagnosticCodes.MissingDependency, 1)]
    public void Single_mistake_is_one_finding(string text, string code, int line)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(text));

        Assert.Null(result.Workflow);
        var finding = Assert.Single(result.Diagnostics);
        Assert.Equal((code, line), (finding.Code, finding.Line));
        Assert.True(finding.Column > 0);
        Assert.EndsWith(".", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_steps_are_compiled_into_the_graph()
    {
        var workflow = Read("""
            {
              "options": { "onStepFailure": "continue", "maxDuration": 60000, "queueSize": 5, "queueFull": "wait" },
              "steps": [
                { "id": "a", "prompt": "x", "options": {
                    "stepTimeout": 9000, "retry": { "maxAttempts": 4, "firstInterval": 100, "backoff": 3, "maxInterval": 900, "on": ["timeout"] },
                    "onError": { "contentFiltered": { "step": "stand_in" }, "contextLength": "continue", "default": "fallback" },
                    "fallback": { "value": null } } },
                { "id": "stand_in", "prompt": "y" },
                { "id": "b", "prompt": "z", "dependsOn": ["a"], "join": "settled", "when": "a != null" },
                { "id": "notify", "prompt": "n" }
              ],
              "finally": ["notify"],
              "outputs": { "result": "b" }
            }
            """);

        var steps = workflow.Graph.Steps;
        Assert.Equal(9000, steps[0].StepTimeoutMs);
        Assert.Equal(
            (4, 100, 3.0, 900, ErrorKind.Timeout),
            (steps[0].Retry!.MaxAttempts, steps[0].Retry!.FirstIntervalMs, steps[0].Retry!.Backoff, steps[0].Retry!.MaxIntervalMs,
                steps[0].Retry!.On.Single()));
        Assert.Equal(new FailureAction(FailureActionKind.Step, 1), steps[0].OnError!.For(ErrorKind.ContentFiltered));
        Assert.Equal(FailureActionKind.Continue, steps[0].OnError!.For(ErrorKind.ContextLength).Kind);
        Assert.Equal(FailureActionKind.Value, steps[0].OnError!.For(ErrorKind.Internal).Kind);
        Assert.Equal((true, JoinKind.Settled, true), (steps[1].IsFallback, steps[2].Join, steps[3].IsFinal));
        Assert.Equal(
            (60_000, 5, QueueFullPolicy.Wait),
            (workflow.Definition.Options.MaxDuration, workflow.Definition.Options.QueueSize, workflow.Definition.Options.QueueFull));
        Assert.Equal([KeyValuePair.Create("result", "b")], workflow.Definition.Outputs!);
    }

    [Fact]
    public void Mistakes_are_reported_all_at_once_with_line_and_column()
    {
        var result = WorkflowReader.Read("""
            {
              "options": { "maxParallelism": "four" },
              "steps": [
                { "id": "a", "prompt": "x", "dependson": [] },
                { "id": "b" }
              ]
            }
            """u8);

        Assert.Equal(
            [(DiagnosticCodes.WrongType, 2, 34), (DiagnosticCodes.UnknownProperty, 4, 33), (DiagnosticCodes.MissingProperty, 5, 5)],
            result.Diagnostics.Select(finding => (finding.Code, finding.Line, finding.Column)));
        Assert.Equal("Did you mean 'dependsOn'?", result.Diagnostics[1].Suggestion);
    }

    [Fact]
    public void Cycle_is_reported_once_with_its_steps()
    {
        var result = WorkflowReader.Read("""
            { "steps": [
              { "id": "a", "prompt": "x", "dependsOn": ["c"] },
              { "id": "b", "prompt": "x", "dependsOn": ["a"] },
              { "id": "c", "prompt": "x", "dependsOn": ["b"] },
              { "id": "d", "prompt": "x", "dependsOn": ["c"] } ] }
            """u8);

        var finding = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.DependencyCycle, 2), (finding.Code, finding.Line));
        Assert.Contains("a → c → b → a", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_step_is_reported_with_the_most_similar_step()
    {
        var result = WorkflowReader.Read(
            """{ "steps": [ { "id": "clarify", "prompt": "x" }, { "id": "b", "prompt": "y", "dependsOn": ["clarfiy"] } ] }"""u8);

        Assert.Equal("Did you mean 'clarify'?", Assert.Single(result.Diagnostics).Suggestion);
    }

    [Fact]
    public void Columns_count_characters_not_bytes()
    {
        var result = WorkflowReader.Read("""{ "name": "Größe", "nmae": 1, "steps": [ { "id": "a", "prompt": "x" } ] }"""u8);

        Assert.Equal(20, Assert.Single(result.Diagnostics).Column);
    }

    [Fact]
    public void Byte_order_mark_comments_and_trailing_commas_are_accepted()
    {
        byte[] text = [.. Encoding.UTF8.Preamble, .. """
            // a comment
            { "steps": [ { "id": "a", "prompt": "x", }, ], }
            """u8];

        Assert.NotNull(WorkflowReader.Read(text).Workflow);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x7B })]
    [InlineData(new byte[] { })]
    public void Text_that_is_not_utf8_or_is_empty_is_an_error(byte[] text) =>
        Assert.Equal(DiagnosticCodes.InvalidText, Assert.Single(WorkflowReader.Read(text).Diagnostics).Code);

    [Fact]
    public void Text_of_more_than_eight_mebibytes_is_refused() =>
        Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(WorkflowReader.Read(new byte[DefinitionLimits.MaxBytes + 1]).Diagnostics).Code);

    [Fact]
    public void Nesting_beyond_the_limit_is_an_error_and_does_not_overflow_the_stack() =>
        Assert.Equal(
            DiagnosticCodes.InvalidText, Assert.Single(WorkflowReader.Read(Encoding.UTF8.GetBytes(new string('[', 1_000_000))).Diagnostics).Code);

    [Fact]
    public void Ten_thousand_steps_are_read_and_one_more_is_refused()
    {
        Assert.NotNull(WorkflowReader.Read(Many(DefinitionLimits.MaxSteps)).Workflow);
        Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(Errors(Many(DefinitionLimits.MaxSteps + 1))).Code);

        static IEnumerable<Diagnostic> Errors(byte[] text) =>
            WorkflowReader.Read(text).Diagnostics.Where(finding => finding.Severity == DiagnosticSeverity.Error);

        static byte[] Many(int count) => Encoding.UTF8.GetBytes(
            $$"""{ "steps": [ {{string.Join(',', Enumerable.Range(0, count).Select(step => $$"""{ "id": "s{{step}}", "prompt": "x" }"""))}} ] }""");
    }

    private static Workflows.Compilation.CompiledWorkflow Read(string text)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.True(result.Workflow is not null, string.Join('\n', result.Diagnostics));
        return result.Workflow!;
    }

    /// <summary>Names are looked up, compared and suggested among all others, which must not take quadratic time.</summary>
    [Theory]
    [InlineData("\"inputMapping\": { {0} }", "\"k{0}\": \"inputs.x\"")]
    [InlineData("\"dependsOn\": [ {0} ]", "\"t{0}x\"")]
    [InlineData("\"options\": { \"onError\": { {0} } }", "\"k{0}\": \"fail\"")]
    public void Reading_many_names_takes_linear_time(string member, string entry)
    {
        const int Count = 10_000;
        var entries = string.Join(',', Enumerable.Range(0, Count).Select(index => entry.Replace("{0}", $"{index}", StringComparison.Ordinal)));
        var others = string.Join(',', Enumerable.Range(0, Count - 1).Select(index => $$"""{ "id": "s{{index}}", "prompt": "x" }"""));
        var text = Encoding.UTF8.GetBytes(
            $$"""{ "steps": [ { "id": "z", "prompt": "x", {{member.Replace("{0}", entries, StringComparison.Ordinal)}} }, {{others}} ] }""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var taken = CpuTime.Of(() => WorkflowReader.Read(text));

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / text.Length, 0, 1000);
        Assert.InRange(taken.TotalSeconds, 0, 15);
    }
}
