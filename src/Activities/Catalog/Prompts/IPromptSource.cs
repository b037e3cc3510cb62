namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A place where prompts are kept. Thread-safe.</summary>
public interface IPromptSource
{
    /// <summary>The place, for messages: <c>the folder /work/prompts</c>.</summary>
    public string Place { get; }

    /// <summary>The prompt; null when this place does not have it, or not in that version.</summary>
    /// <exception cref="PromptException">It is there and cannot be read.</exception>
    public Task<PromptDefinition?> FindAsync(PromptReference reference, CancellationToken cancellationToken = default);

    /// <summary>The slugs of all prompts here, in ordinal order, those that cannot be read included.</summary>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);
}
