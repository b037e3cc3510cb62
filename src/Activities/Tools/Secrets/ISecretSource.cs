using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Tools.Secrets;

/// <summary>Gives the values of <c>secrets.NAME</c>. Implementations are thread-safe.</summary>
public interface ISecretSource
{
    /// <summary>The value of a secret; null when there is none. Must never be logged, stored or shown: see <see cref="SecretMask"/>.</summary>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken);
}

/// <summary>
/// Reads secrets from environment variables: <c>secrets.crm_key</c> from <c>ORCHESTRATOR_SECRET_CRM_KEY</c>. An empty variable counts as absent.
/// Thread-safe.
/// </summary>
public sealed partial class EnvironmentSecrets : ISecretSource
{
    private const string Prefix = "ORCHESTRATOR_SECRET_";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex NamePattern { get; }

    /// <inheritdoc/>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(
        NamePattern.IsMatch(name) && Environment.GetEnvironmentVariable(Prefix + name.ToUpperInvariant()) is { Length: > 0 } value ? value : null);
}
