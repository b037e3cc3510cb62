using System.Text.Json;
using Orchestrator.EndToEnd.Processes;

namespace Orchestrator.EndToEnd;

/// <summary>What a state folder keeps of one run, as files: so that tests see it while the process works on it, and when it is dead.</summary>
internal sealed class RunFolder(string state, string runId)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly string _folder = Path.Combine(state, "runs", runId);

    /// <summary>The records of attempts by step and file name: their bytes and when they were written.</summary>
    public IReadOnlyDictionary<string, Checkpoint> Checkpoints()
    {
        var steps = Path.Combine(_folder, "steps");
        return !Directory.Exists(steps)
            ? new Dictionary<string, Checkpoint>()
            : Directory.EnumerateFiles(steps, "*.json", SearchOption.AllDirectories).ToDictionary(
                path => Path.GetRelativePath(steps, path),
                path => new Checkpoint(Convert.ToHexString(File.ReadAllBytes(path)), File.GetLastWriteTimeUtc(path)));
    }

    /// <summary>The events of the feed that were written whole, in their order.</summary>
    public IReadOnlyList<JsonElement> Events()
    {
        var path = Path.Combine(_folder, "events-0.jsonl");
        if (!File.Exists(path))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<JsonElement>()];
    }

    /// <summary>How many events of this name the feed has.</summary>
    public int Count(string name) => Events().Count(item => item.GetProperty("event").GetString() == name);

    /// <summary>Waits until the feed has so many events of this name.</summary>
    public async Task WaitForAsync(string name, int count)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (Count(name) < count)
        {
            await Task.Delay(PollInterval, timeout.Token);
        }
    }

    private static JsonElement? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Torn by a kill; whoever reads the feed skips it too.
            return null;
        }
    }
}
