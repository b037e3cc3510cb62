using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Reads from the content store once when the app starts, and logs what only the store can report: a wrong key or role, a missing account. The app
/// starts nevertheless, since the store may be unavailable for a short time only.
/// </summary>
public sealed class StoreCheck(IContentStore store, TimeProvider time, ILogger<StoreCheck> logger) : BackgroundService
{
    /// <summary>A key that is never written, whatever the ids of runs are: reading it shows whether the store responds.</summary>
    public static readonly ContentKey ProbeKey = ContentKey.Of(StoreFolders.Definitions, "health");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await BoundedRead.RunAsync(token => store.GetAsync(ProbeKey, token), BoundedRead.Limit, time, stoppingToken);
        }
        catch (ContentStoreException exception)
        {
            logger.StoreRefuses(exception.Message);
        }
    }
}
