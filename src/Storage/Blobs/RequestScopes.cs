using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// Counts how often the client sends the requests of a scope. When a conditional write was sent more than once and its condition does not hold, the
/// first attempt may have succeeded, and only its response was lost. Thread-safe.
/// </summary>
internal sealed class Sends : IDisposable
{
    private const string Property = "orchestrator.sends";

    private readonly IDisposable _scope;
    private int _count;

    private Sends() => _scope = HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    /// <summary>The policy that counts, which a client needs in its pipeline at <see cref="HttpPipelinePosition.PerRetry"/>.</summary>
    public static HttpPipelinePolicy Counter { get; } = new CountingPolicy();

    /// <summary>Whether more than one request was sent.</summary>
    public bool MoreThanOne => Volatile.Read(ref _count) > 1;

    /// <summary>Begins a scope, which ends when the result is disposed.</summary>
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

/// <summary>
/// Remembers the last refusal among the responses to the requests of a scope. The client retries after a transient refusal, so a caller that is
/// cancelled meanwhile would not learn of it. Thread-safe.
/// </summary>
internal sealed class Refusals : IDisposable
{
    private const string Property = "orchestrator.refusals";

    private readonly IDisposable _scope;
    private volatile RequestFailedException? _last;

    private Refusals() => _scope = HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    /// <summary>The policy that remembers, which a client needs in its pipeline at <see cref="HttpPipelinePosition.PerRetry"/>.</summary>
    public static HttpPipelinePolicy Listener { get; } = new ListeningPolicy();

    /// <summary>The last response if it was a transient refusal; null otherwise.</summary>
    public RequestFailedException? Last => _last;

    /// <summary>Begins a scope, which ends when the result is disposed.</summary>
    public static Refusals Listen() => new();

    public void Dispose() => _scope.Dispose();

    private sealed class ListeningPolicy : HttpPipelineSynchronousPolicy
    {
        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.TryGetProperty(Property, out var refusals))
            {
                var (response, code) = (message.Response, message.Response.Headers.TryGetValue("x-ms-error-code", out var value) ? value : null);
                ((Refusals)refusals!)._last = message.ResponseClassifier.IsRetriableResponse(message)
                    ? new RequestFailedException(response.Status, response.ReasonPhrase, code, null)
                    : null;
            }
        }
    }
}
