namespace Orchestrator.Activities.Tools.Secrets;

/// <summary>Where <c>secrets.NAME</c> comes from. Implementations are thread-safe.</summary>
public interface ISecretSource
{
    /// <summary>The value; null when there is no such secret. Never to be logged, stored or shown: see <see cref="SecretMask"/>.</summary>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken);
}
