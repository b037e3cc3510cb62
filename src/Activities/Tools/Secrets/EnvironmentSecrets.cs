using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Tools.Secrets;

/// <summary>Secrets in environment variables: <c>secrets.crm_key</c> is <c>ORCHESTRATOR_SECRET_CRM_KEY</c>. An empty variable is none.</summary>
public sealed partial class EnvironmentSecrets : ISecretSource
{
    private const string Prefix = "ORCHESTRATOR_SECRET_";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex NamePattern { get; }

    /// <inheritdoc/>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(
        NamePattern.IsMatch(name) && Environment.GetEnvironmentVariable(Prefix + name.ToUpperInvariant()) is { Length: > 0 } value ? value : null);
}
