using System.Text.Json;

namespace Orchestrator.EndToEnd.Processes;

/// <summary>A model over HTTP in a process of its own, which the hidden command plays. Counts what it is asked.</summary>
internal sealed class ModelServerProcess : IDisposable
{
    private readonly string _requests;

    private ModelServerProcess(OrchestratorProcess process, string requests, IReadOnlyDictionary<string, string> variables)
    {
        Process = process;
        _requests = requests;
        Variables = variables;
    }

    public OrchestratorProcess Process { get; }

    /// <summary>With these a command asks this server.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Keeps the requests. Another server over the same folder goes on counting.</param>
    public static async Task<ModelServerProcess> StartAsync(string folder, params string[] more)
    {
        var requests = Path.Combine(folder, "requests.jsonl");
        var process = OrchestratorProcess.Start(folder, ["openai-server", "--requests", requests, .. more]);
        try
        {
            var line = await process.Output.WaitForAsync("OPENAI_BASE_URL=");
            return new ModelServerProcess(
                process, requests, line.Split(' ').Select(variable => variable.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]));
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>How often it was asked each prompt, by the prompt's first line.</summary>
    public async Task<IReadOnlyDictionary<string, int>> AskedAsync()
    {
        using var reader = new StreamReader(new FileStream(_requests, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var text = await reader.ReadToEndAsync();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).CountBy(FirstLine).ToDictionary();
    }

    public void Dispose() => Process.Dispose();

    private static string FirstLine(string request)
    {
        var message = JsonElement.Parse(request).GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        var text = message.ValueKind == JsonValueKind.Array ? message[0].GetProperty("text").GetString()! : message.GetString()!;
        return text.Split('\n')[0];
    }
}
