using System.Net;
using System.Net.Sockets;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd.Telemetry;

/// <summary>The command with the real exporter.</summary>
public sealed class TelemetryTests : IDisposable
{
    private const string Definition = """{ "slug": "one", "steps": [ { "id": "say", "prompt": "Say marzipan." } ] }""";
    private const string Mocks = """{ "steps": { "say": [ { "output": "Nougat it is." } ] } }""";

    private readonly TempFolder _folder = new();

    public TelemetryTests()
    {
        File.WriteAllText(_folder.Combine("one.json"), Definition);
        File.WriteAllText(_folder.Combine("mocks.json"), Mocks);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_trace_of_the_example_is_the_one_that_the_documentation_shows()
    {
        await using var receiver = await OtlpReceiver.StartAsync();

        var result = await OrchestratorProcess.RunAsync(
            _folder.Path, receiver.Variables, "run", RepositoryFolder.Combine("examples/01-cfas-feedback/workflow.json"), "--state", "state",
            "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Single(receiver.Spans.Select(span => span.Trace).Distinct());
        var lines = SpanTree.Lines(receiver.Spans).ToList();
        Assert.Equal(receiver.Spans.Count, lines.Count);
        Assert.True(
            Documented().Order(StringComparer.Ordinal).SequenceEqual(SpanTree.Paths(lines).Order(StringComparer.Ordinal)),
            $"docs/telemetry.md shows another trace than this one:\n{string.Join('\n', lines)}");

        string[] metrics =
        [
            "orchestrator.runs", "orchestrator.run.duration", "orchestrator.steps", "orchestrator.step.duration", "orchestrator.step.queue.duration",
            "orchestrator.steps.executing", "orchestrator.cost", "gen_ai.client.inference.duration", "gen_ai.client.inference.usage.input_tokens",
            "gen_ai.client.inference.usage.output_tokens",
        ];
        Assert.Equal(metrics.Order(StringComparer.Ordinal), receiver.Metrics.Order(StringComparer.Ordinal));

        // The start and the end of the run are lines of the log within the run's span.
        var root = receiver.Spans.Single(span => span.Parent.Length == 0);
        Assert.Equal(
            ["Run '{Run}' of '{Workflow}' starts, attempt {RunAttempt}: " +
                "{TotalSteps} steps.", "Run '{Run}' of '{Workflow}', attempt {RunAttempt}, ended as {Status} after {DurationMs} ms."],
            receiver.Logs.Where(line => line.Hex(9) == root.Trace && line.Hex(10) == root.Id).Select(line => line.All(5).Single().Text(1)));
    }

    [Fact]
    public async Task Prompts_and_answers_are_sent_only_when_they_are_asked_for()
    {
        await using var quiet = await OtlpReceiver.StartAsync();
        await using var open = await OtlpReceiver.StartAsync();

        Assert.Equal(0, (await RunAsync(quiet.Variables)).ExitCode);
        Assert.Equal(0, (await RunAsync(new Dictionary<string, string>(open.Variables) { ["Orchestrator__TelemetryContent"] = "true" })).ExitCode);

        Assert.Contains(quiet.Spans, span => span.Name.StartsWith("chat ", StringComparison.Ordinal));
        Assert.DoesNotContain("marzipan", quiet.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Nougat", quiet.Text, StringComparison.OrdinalIgnoreCase);
        var call = open.Spans.Single(span => span.Name.StartsWith("chat ", StringComparison.Ordinal));
        Assert.Contains("Say marzipan.", call.Attribute("gen_ai.input.messages"), StringComparison.Ordinal);
        Assert.Contains("Nougat it is.", call.Attribute("gen_ai.output.messages"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_ends_as_ever_when_nothing_listens_at_the_address_or_what_listens_never_answers()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var unused = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        var hangs = ((IPEndPoint)silent.LocalEndpoint).Port;
        foreach (var (port, protocol) in ((int, string)[])[(unused, "http/protobuf"), (hangs, "http/protobuf"), (hangs, "grpc")])
        {
            var result = await RunAsync(new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            });

            Assert.Equal(0, result.ExitCode);
            Assert.DoesNotContain("Warning", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Error", result.Error, StringComparison.Ordinal);
            Assert.Equal("completed", result.Json().GetProperty("status").GetString());
        }
    }

    [Theory]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317",
        "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost:4317', which is no address. Set it to the address of a collector, such as http://localhost:4317.")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_HEADERS", "Authorization: Bearer secret",
        "OTEL_EXPORTER_OTLP_HEADERS is no list of headers; write name=value, and a comma between two.")]
    public async Task A_setting_that_cannot_be_used_is_named_and_nothing_is_sent_and_the_run_goes_on(string setting, string value, string what)
    {
        var result = await RunAsync(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", [setting] = value });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"Warning: No telemetry is sent: {what}", result.Error.Split('\n')[0]);
    }

    private Task<ProcessResult> RunAsync(IReadOnlyDictionary<string, string> variables) =>
        OrchestratorProcess.RunAsync(_folder.Path, variables, "run", "one.json", "--mocks", "mocks.json", "--json", "--storage", "memory");

    private static IEnumerable<string> Documented()
    {
        var text = File.ReadAllText(RepositoryFolder.Combine("docs/telemetry.md")).Split("```text\n")[1].Split("\n```")[0];
        return SpanTree.Paths(text.Split('\n'));
    }
}
