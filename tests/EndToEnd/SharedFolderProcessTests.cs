using System.Text.Json;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>Processes that write the same value of one state folder at the same time.</summary>
[Trait("Trust", "12")]
public sealed class SharedFolderProcessTests
{
    private const int Processes = 6;

    [Fact]
    public async Task Versions_that_several_processes_add_at_once_are_all_kept()
    {
        using var folder = new TempFolder();
        var state = folder.Combine("state");
        for (var number = 0; number < Processes; number++)
        {
            await File.WriteAllTextAsync(
                folder.Combine($"{number}.json"), $$"""{ "slug": "one", "steps": [ { "id": "a", "prompt": "{{number}}" } ] }""");
        }

        var results = await Task.WhenAll(Enumerable.Range(0, Processes).Select(
            number => OrchestratorProcess.RunAsync(folder.Path, "workflows", "add", $"{number}.json", "--state", state)));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
        var stored = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(state, "workflows", "_", "one"))).RootElement;
        Assert.Equal(Processes, stored.GetProperty("versions").GetArrayLength());
    }
}
