using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Hosting;

/// <summary>A file of the requests that a server got: one JSON document a line, after those that are there already. Thread-safe.</summary>
internal sealed class RequestLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file;

    /// <exception cref="UsageException">The file cannot be written.</exception>
    public RequestLog(string path)
    {
        try
        {
            _file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"The requests cannot be written to '{path}': {exception.Message}");
        }
    }

    /// <summary>The request is in the file when this returns.</summary>
    public void Add(JsonObject request)
    {
        lock (_gate)
        {
            _file.WriteLine(request.ToJsonString());
        }
    }

    public void Dispose() => _file.Dispose();
}
