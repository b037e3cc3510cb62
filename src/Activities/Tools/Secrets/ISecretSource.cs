using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Tools.Secrets;

/// <summary>Gives the values of <c>secrets.NAME</c>. Implementations are thread-safe.</summary>
public interface ISecretSource
{
    /// <summary>The value of a secret; null when there is none. Must never be logged, stored or shown: see <see cref="SecretMask"/>.</summary>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>How to provide a secret that <see cref="FindAsync"/> does not find: sentences that end the message of the refused run.</summary>
    public string AdviceFor(string name);
}

/// <summary>
/// Reads secrets from environment variables: <c>secrets.crm_key</c> from <c>ORCHESTRATOR_SECRET_CRM_KEY</c>. A name has only ASCII letters, digits
/// and <c>_</c>, and does not begin with a digit: shells and Azure's settings accept no other variables. An empty variable counts as absent.
/// Thread-safe.
/// </summary>
public sealed partial class EnvironmentSecrets : ISecretSource
{
    private const string Prefix = "ORCHESTRATOR_SECRET_";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex NamePattern { get; }

    /// <inheritdoc/>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(
        VariableOf(name) is { } variable && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null);

    /// <inheritdoc/>
    public string AdviceFor(string name) => VariableOf(name) is { } variable
        ? $"Set the environment variable {variable}."
        : $"Rename it: a secret that is read from an environment variable ({Prefix}NAME) has only ASCII letters, digits and _ in its name, "
            + "and no digit at the start.";

    /// <summary>The variable of a secret; null when no variable can have its name.</summary>
    private static string? VariableOf(string name) => NamePattern.IsMatch(name) ? Prefix + name.ToUpperInvariant() : null;
}
