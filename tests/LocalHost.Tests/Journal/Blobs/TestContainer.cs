using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

internal static class TestContainer
{
    /// <summary>A container that no other test has.</summary>
    public static string NewName() => $"journal-{Guid.NewGuid():N}";

    /// <summary>A client without retries of its own, so that the journal's retries are tested.</summary>
    /// <param name="transport">Null means the network as it is.</param>
    public static BlobContainerClient Of(AzuriteServer server, string name, HttpPipelineTransport? transport = null)
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        options.Transport = transport ?? options.Transport;
        return new BlobContainerClient(server.ConnectionString, name, options);
    }
}
