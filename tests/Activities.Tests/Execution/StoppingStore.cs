using System.Reflection;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>A memory store that checks its tokens before each operation, as a store over a network does, and calls back before that.</summary>
public class StoppingStore : DispatchProxy
{
    private readonly MemoryContentStore _store = new();

    /// <summary>Called before each operation.</summary>
    public Action? OnOperation { get; set; }

    public static IContentStore Create() => Create<IContentStore, StoppingStore>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        OnOperation?.Invoke();
        foreach (var token in args!.OfType<CancellationToken>())
        {
            token.ThrowIfCancellationRequested();
        }

        return targetMethod!.Invoke(_store, args);
    }
}
