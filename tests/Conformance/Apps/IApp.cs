namespace Orchestrator.Conformance.Apps;

/// <summary>
/// The app on one of its hosts, as its HTTP clients see it. Scripted answers are allowed; the simulated model answers all else, quickly.
/// </summary>
public interface IApp : IAsyncLifetime
{
    public HttpClient Client { get; }
}
