namespace Orchestrator.Cli.Tests.Trust;

/// <summary>A template of a few characters that asks for more turns than any machine has fails its step soon, wherever it stands.</summary>
[Trait("Trust", "17")]
public sealed class EndlessTemplateTests : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private static readonly string Endless =
        string.Concat(Enumerable.Repeat("{{#each @root.inputs.a}}", 9)) + "x" + string.Concat(Enumerable.Repeat("{{/each}}", 9));

    private readonly Workspace _workspace = new();

    public static TheoryData<string, string> Steps => new()
    {
        { "prompt", $$"""{ "id": "s", "prompt": "{{Endless}}" }""" },
        { "system", """{ "id": "s", "promptId": "p" }""" },
        { "tool's input", $$"""{ "id": "s", "type": "tool", "tool": "fail", "input": { "message": "{{Endless}}" } }""" },
        { "merge", $$"""{ "id": "s", "type": "merge", "mode": "template", "from": { "v": "inputs.a" }, "template": "{{Endless}}" }""" },
        {
            "template tool",
            $$"""
            { "id": "s", "type": "tool", "tool": "template",
              "input": { "template": "{{Endless}}", "values": { "inputs": { "a": [{{string.Join(',', Enumerable.Range(0, 30))}}] } } } }
            """
        },
    };

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Template_without_end_fails_its_step(string place, string step)
    {
        _workspace.Write("prompts/p.md", $"---\nsystem: \"{Endless}\"\n---\nSay it.");
        var inputs = _workspace.Write("inputs.json", $$"""{ "a": [{{string.Join(',', Enumerable.Range(0, 30))}}] }""");
        var definition = _workspace.Write("w.json", $$"""{ "inputs": { "a": { "type": "array" } }, "steps": [ {{step}} ] }""");

        var run = await Task.Run(() => Workspace.InvokeAsync(
            "run", definition, "--inputs", inputs, "--state", _workspace.State, "--model", "simulated:latency=0", "--json")).WaitAsync(Most);

        run.AssertExit(ExitCodes.RunFailed);
        var error = run.Json().GetProperty("error");
        Assert.True("templateError" == error.GetProperty("kind").GetString(), place);
        Assert.Contains("more than 1,000,000 steps", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
