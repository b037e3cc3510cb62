using Azure.Core;
using Azure.Core.Pipeline;

namespace Orchestrator.Storage.Tests.Blobs;

/// <summary>A network that delivers every request, but loses the answer to the first one that matches.</summary>
internal sealed class LostAnswer(Func<Request, bool> isMeant) : HttpPipelinePolicy
{
    private int _lost;

    public bool Happened => Volatile.Read(ref _lost) != 0;

    public static LostAnswer ToAppend() =>
        new(request => request.Method == RequestMethod.Put && request.Uri.Query.Contains("comp=appendblock", StringComparison.Ordinal));

    public static LostAnswer ToPut() =>
        new(request => request.Method == RequestMethod.Put && request.Headers.TryGetValue("x-ms-blob-type", out var type) && type == "BlockBlob");

    public static LostAnswer ToDelete() => new(request => request.Method == RequestMethod.Delete);

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (isMeant(message.Request) && Interlocked.Exchange(ref _lost, 1) == 0)
        {
            throw new IOException("The connection was closed before the answer came.");
        }
    }
}
