using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;

namespace Orchestrator.Activities.Tests.Models;

/// <summary>Callers choose the names of models, so clients must not accumulate with the number of names.</summary>
[Trait("Trust", "18")]
public sealed class ManyModelNamesTests
{
    private const int Names = 2_000;

    [Fact]
    public void Clients_of_models_that_are_used_once_are_not_kept()
    {
        var made = new List<WeakReference>();
        var factory = new ChatClientFactory(TimeProvider.System, _ => Remember(made));
        Ask(factory);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.Equal(Names, made.Count);
        Assert.InRange(made.Count(client => client.IsAlive), 0, Names / 4);
        GC.KeepAlive(factory);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Ask(ChatClientFactory factory)
    {
        for (var number = 0; number < Names; number++)
        {
            factory.Create($"model-{number}");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static EmptyClient Remember(List<WeakReference> made)
    {
        var client = new EmptyClient();
        made.Add(new WeakReference(client));
        return client;
    }

    private sealed class EmptyClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
