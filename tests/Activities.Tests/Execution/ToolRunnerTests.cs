using System.Text.Json.Nodes;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Activities.Tests.Telemetry;
using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.BuiltIn;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public class ToolRunnerTests
{
    private readonly EchoTool _echo = new();
    private readonly TestRuns _runs;

    public ToolRunnerTests() =>
        _runs = new TestRuns { Tools = new ToolSet([_echo, new TemplateTool()]), Secrets = new OneSecret("crm_key", "s3cr3t-value") };

    [Fact]
    public async Task Input_is_filled_in_and_a_lone_placeholder_keeps_its_kind()
    {
        var run = await BeginAsync(
            """{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "Hello {{name}}, {{user.age}}", "any": "{{user}}",""" +
            """ "list": [ "{{user.age}}", 7, null ] } }""",
            """{ "name": "Ada", "user": { "age": 36 } }""");

        Assert.Equal(StepStatus.Completed, (await Executor().ExecuteAsync(_runs.Call(run, 0), default)).Status);

        var output = (await _runs.CheckpointAsync(run, 0)).Output!;
        Assert.Equal("""{"text":"Hello Ada, 36","any":{"age":36},"list":[36,7,null]}""", output.ToJsonString());
    }

    [Fact]
    public async Task Names_outside_of_ascii_lead_to_values_as_all_others_do()
    {
        var run = await BeginAsync(
            """
            { "id": "a", "type": "tool", "tool": "echo", "inputMapping": { "höhe": "user.height" },
              "input": { "text": "{{user.größe}} {{höhe}} {{maß}}", "any": "{{user.größe}}", "list": [ "{{höhe}}", "{{maß}}", "{{inputs.maß}}" ] } }
            """,
            """{ "maß": 3, "user": { "größe": 36, "height": 180 } }""");

        Assert.Equal(StepStatus.Completed, (await Executor().ExecuteAsync(_runs.Call(run, 0), default)).Status);

        Assert.Equal("""{"text":"36 180 3","any":36,"list":[180,3,3]}""", (await _runs.CheckpointAsync(run, 0)).Output!.ToJsonString());
    }

    [Fact]
    public async Task Inputs_of_a_prompt_have_the_names_of_its_placeholders()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "{{maß}} {{with-dash}} {{user.größe}}" } ] }""",
            """{ "maß": 3, "with-dash": 4, "user": { "größe": 36 } }""");

        await _runs.ExecuteAsync(run, 0);

        Assert.Equal(
            ["maß", "with-dash", "user[\"größe\"]"], (await _runs.CheckpointAsync(run, 0)).Inputs!.Select(input => input.Key));
    }

    [Fact]
    public async Task Placeholder_that_leads_to_nothing_is_named_as_it_is_written()
    {
        var run = await BeginAsync(
            """{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{user.größe}}" } }""", """{ "user": {} }""");

        var outcome = await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Contains("'{{user.größe}}'", outcome.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_input_the_mapped_values_are_the_input()
    {
        var run = await BeginAsync("""{ "id": "a", "type": "tool", "tool": "echo", "inputMapping": { "text": "name",""" +
            """ "any": { "expr": "len(name) + 1" }, "list": { "value": [1] } } }""", """{ "name": "Ada" }""");

        await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal("""{"text":"Ada","any":4,"list":[1]}""", (await _runs.CheckpointAsync(run, 0)).Output!.ToJsonString());
    }

    [Fact]
    public async Task Secret_reaches_the_tool_and_neither_record_nor_output_nor_events()
    {
        var run = await BeginAsync("""{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "Bearer {{secrets.crm_key}}" } }""");

        await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal("Bearer s3cr3t-value", _echo.Calls.Single().Input["text"]!.GetValue<string>());
        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal(("Bearer ***", "Bearer ***"), (record.Inputs!["text"]!.GetValue<string>(), record.Output!["text"]!.GetValue<string>()));
        await foreach (var key in _runs.Store.ListAsync(default))
        {
            var kept = await _runs.Store.GetAsync(key) is { } value ? value.Bytes : (await _runs.Store.ReadFromAsync(key, 0, maxBytes: null))!.Bytes;
            Assert.DoesNotContain("s3cr3t-value", System.Text.Encoding.UTF8.GetString(kept.Span), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Secret_is_in_no_span_and_the_rest_of_input_and_result_only_when_content_is_asked_for(bool content)
    {
        var runs = new TestRuns(content: content) { Tools = _runs.Tools, Secrets = _runs.Secrets };
        using var heard = new HeardSpans(runs.Telemetry);
        var run = await runs.BeginAsync(
            """{ "steps": [ { "id": "a", "type": "tool", "tool": "echo", "input": { "text": "Bearer {{secrets.crm_key}}" } } ] }""", mocks: null);

        await runs.MakeExecutor().ExecuteAsync(runs.Call(run, 0), default);

        var span = heard.Single("execute_tool echo");
        Assert.Equal(heard.Single("attempt 1").SpanId, span.ParentSpanId);
        var told = content ? """{"text":"Bearer ***"}""" : null;
        Assert.Equal((told, told), (span.GetTagItem("gen_ai.tool.call.arguments"), span.GetTagItem("gen_ai.tool.call.result")));
        Assert.DoesNotContain(heard.Ended, each => each.TagObjects.Any(tag => $"{tag.Value}".Contains("s3cr3t-value", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Secret_in_a_failure_is_masked()
    {
        _echo.Failure = "The key s3cr3t-value was refused.";
        var run = await BeginAsync("""{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{secrets.crm_key}}" } }""");

        var outcome = await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal(
            (StepStatus.Failed, ErrorKind.ToolFailed, "The key *** was refused."), (outcome.Status, outcome.Error!.Kind, outcome.Error.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tool_with_an_unexpected_exception_fails_only_its_step_and_reveals_no_secret(bool cancellation)
    {
        _echo.Bug = cancellation
            ? new OperationCanceledException("s3cr3t-value timed out")
            : new InvalidOperationException("s3cr3t-value is no number");
        var run = await BeginAsync("""{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{secrets.crm_key}}" } }""");

        var outcome = await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal((StepStatus.Failed, ErrorKind.Internal), (outcome.Status, outcome.Error!.Kind));
        Assert.Contains("The tool 'echo' broke", outcome.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-value", outcome.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "id": "a", "type": "tool", "tool": "ecko" }""", ErrorKind.ToolNotFound, "Did you mean 'echo'?")]
    [InlineData("""{ "id": "a", "type": "tool", "tool": "echo", "input": { "txt": "x" } }""", ErrorKind.InvalidDefinition, "Did you mean 'text'?")]
    [InlineData(
        """{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{secrets.other}}" } }""", ErrorKind.InvalidInput,
        "ORCHESTRATOR_SECRET_OTHER")]
    [InlineData(
        """{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{secrets.schlüssel}}" } }""", ErrorKind.InvalidInput,
        "the secret 'schlüssel'")]
    [InlineData(
        """{ "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{secrets.crm-key}}" } }""", ErrorKind.InvalidInput,
        "the secret 'crm-key', and this host has none of that name. Rename it")]
    public async Task What_cannot_work_is_refused_before_the_run(string step, ErrorKind kind, string advice)
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => _runs.PrepareAsync($$"""{ "steps": [ {{step}} ] }"""));

        var reason = Assert.Single(refusal.Reasons);
        Assert.Equal((kind, "a"), (reason.Kind, reason.Step));
        Assert.Contains(advice, reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_with_a_name_outside_of_ascii_is_missed_before_the_run()
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => _runs.PrepareAsync(
            """{ "steps": [ { "id": "a", "type": "tool", "tool": "echo", "input": { "text": "{{größe}}" } } ] }"""));

        Assert.Equal("The input 'größe' is missing; step 'a' uses it.", Assert.Single(refusal.Reasons).Message);
    }

    [Fact]
    public async Task Unknown_tool_that_is_mocked_runs()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "type": "tool", "tool": "payments" } ] }""", mocks: """{ "a": [ { "output": { "paid": true } } ] }""");

        await _runs.ExecuteAsync(run, 0);

        Assert.True((await _runs.CheckpointAsync(run, 0)).Output!["paid"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Cached_answer_is_used_only_for_the_same_input()
    {
        var run = await BeginAsync(
            """
            { "id": "a", "type": "tool", "tool": "echo", "input": { "text": "x" }, "options": { "cache": true } },
            { "id": "b", "type": "tool", "tool": "echo", "input": { "text": "x" }, "options": { "cache": true } },
            { "id": "c", "type": "tool", "tool": "echo", "input": { "text": "y" }, "options": { "cache": true } },
            { "id": "d", "type": "tool", "tool": "echo", "input": { "text": "x" } }
            """);

        for (var step = 0; step < 4; step++)
        {
            await Executor().ExecuteAsync(_runs.Call(run, step), default);
        }

        Assert.Equal(["a", "c", "d"], _echo.Calls.Select(call => call.StepId));
        Assert.Equal((false, true, false, false), (await FromCache(0), await FromCache(1), await FromCache(2), await FromCache(3)));

        async Task<bool> FromCache(int step) => (await _runs.CheckpointAsync(run, step)).FromCache;
    }

    [Fact]
    public async Task Text_that_the_tool_fills_in_itself_is_left_to_it()
    {
        var run = await BeginAsync(
            """{ "id": "a", "type": "tool", "tool": "template", "input": { "template": "Hi {{who}}", "values": { "who": "{{name}}" } } }""",
            """{ "name": "{{x}}" }""");

        await Executor().ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal("Hi {{x}}", (await _runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
    }

    private Task<PreparedRun> BeginAsync(string steps, string? inputs = null) =>
        _runs.BeginAsync($$"""{ "steps": [ {{steps}} ] }""", inputs, mocks: null);

    private StepExecutor Executor() => _runs.MakeExecutor();

    private sealed class OneSecret(string known, string value) : ISecretSource
    {
        public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(name == known ? value : null);

        public string AdviceFor(string name) => new EnvironmentSecrets().AdviceFor(name);
    }

    private sealed class EchoTool : ITool
    {
        public List<ToolCall> Calls { get; } = [];

        public string? Failure { get; set; }

        public Exception? Bug { get; set; }

        public string Name => "echo";

        public string Description => "Answers with its input.";

        public JsonObject InputSchema { get; } = (JsonObject)JsonNode.Parse(
            """{ "type": "object", "additionalProperties": false, "properties": { "text": { "type": "string" }, "any": {},""" +
            """ "list": { "type": "array" } } }""")!;

        public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            Calls.Add(call);
            if (Bug is not null)
            {
                throw Bug;
            }

            return Failure is null ? Task.FromResult<JsonNode?>(call.Input.DeepClone()) : throw new ToolException(ErrorKind.ToolFailed, Failure);
        }
    }
}
