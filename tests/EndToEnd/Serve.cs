using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>One server with mocks allowed for the tests of a class.</summary>
public sealed class Serve : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    internal ServeProcess Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ServeProcess.StartAsync(_folder.Combine("state"), "--allow-mocks");

    public Task DisposeAsync()
    {
        Server.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
