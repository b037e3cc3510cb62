using Orchestrator.LocalHost.Http;

namespace Orchestrator.Cli.Hosting;

/// <summary>The key of a served app: where it is set, and how callers send it.</summary>
internal static class ServeKey
{
    public const string Variable = "ORCHESTRATOR_KEY";

    public const string Header = AccessPolicy.KeyHeader;
}
