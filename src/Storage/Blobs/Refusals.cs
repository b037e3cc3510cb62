using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// Remembers what the service refused last, of the requests that are made inside a scope. The client asks again after a refusal that may pass, so a caller that gives up
/// meanwhile would not learn of it. Thread-safe.
/// </summary>
internal sealed class Refusals : IDisposable
{
    private const string Property = "orchestrator.refusals";

    private readonly IDisposable _scope;
    private volatile RequestFailedException? _last;

    private Refusals() => _scope = HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    /// <summary>What a client must have in its pipeline for its refusals to be remembered, at <see cref="HttpPipelinePosition.PerRetry"/>.</summary>
    public static HttpPipelinePolicy Listener { get; } = new ListeningPolicy();

    /// <summary>The refusal, when it is the last answer that came; null otherwise.</summary>
    public RequestFailedException? Last => _last;

    public static Refusals Listen() => new();

    public void Dispose() => _scope.Dispose();

    private sealed class ListeningPolicy : HttpPipelineSynchronousPolicy
    {
        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.TryGetProperty(Property, out var refusals))
            {
                var (response, code) = (message.Response, message.Response.Headers.TryGetValue("x-ms-error-code", out var value) ? value : null);
                ((Refusals)refusals!)._last = message.ResponseClassifier.IsRetriableResponse(message) ? new RequestFailedException(response.Status, response.ReasonPhrase, code, null) : null;
            }
        }
    }
}
