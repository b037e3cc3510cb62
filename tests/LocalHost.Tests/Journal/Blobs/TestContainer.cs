using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

internal static class TestContainer
{
    /// <summary>A container that no other test has.</summary>
    public static string NewName() => $"journal-{Guid.NewGuid():N}";

    /// <summary>A client that does not try again by itself, so that what is tested is the journal's own patience.</summary>
    /// <param name="transport">Null means the network as it is.</param>
    public static BlobContainerClient Of(AzuriteServer server, string name, HttpPipelineTransport? transport = null)
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        options.Transport = transport ?? options.Transport;
        return new BlobContainerClient(server.ConnectionString, name, options);
    }
}
