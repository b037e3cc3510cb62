using Azure.Core;
using Azure.Core.Pipeline;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// Counts how often the client sends the requests that are made inside a scope. When the answer to a conditional write says that another writer was
/// faster, and the request was sent more than once, then that writer may be this one, whose first answer was lost.
/// </summary>
internal sealed class Sends : IDisposable
{
    private const string Property = "orchestrator.sends";

    private readonly IDisposable _scope;
    private int _count;

    private Sends() => _scope = HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    /// <summary>What a client must have in its pipeline for its requests to be counted, at <see cref="HttpPipelinePosition.PerRetry"/>.</summary>
    public static HttpPipelinePolicy Counter { get; } = new CountingPolicy();

    public bool MoreThanOne => Volatile.Read(ref _count) > 1;

    public static Sends Count() => new();

    public void Dispose() => _scope.Dispose();

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.TryGetProperty(Property, out var sends))
            {
                Interlocked.Increment(ref ((Sends)sends!)._count);
            }
        }
    }
}
