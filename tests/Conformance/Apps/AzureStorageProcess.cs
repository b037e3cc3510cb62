using System.Diagnostics;

namespace Orchestrator.Conformance.Apps;

/// <summary>The app on AzureStorage as a process of its own.</summary>
internal sealed class AzureStorageProcess : IApp
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private AzureStorageProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address };
    }

    public HttpClient Client { get; }

    /// <param name="activities">How many activities it takes at a time.</param>
    /// <param name="settings">Of the app.</param>
    public static async Task<AzureStorageProcess> StartAsync(string hub, string worker, int activities, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Worker).Assembly.Location, hub, worker, $"{activities}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        try
        {
            var address = await process.StandardOutput.ReadLineAsync().WaitAsync(StartPatience);
            return new AzureStorageProcess(
                process, new Uri(address ?? throw new InvalidOperationException($"The worker {worker} ended before it served.")));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await KillAsync();
        _process.Dispose();
    }
}
