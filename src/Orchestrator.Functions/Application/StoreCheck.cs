using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Application;

/// <summary>
/// Asks the content store once when the app starts, so that its log has what only the store can judge: a key or a role that is wrong, an account that is not
/// there. The app starts all the same: the store may be away for a while only.
/// </summary>
public sealed class StoreCheck(IContentStore store, TimeProvider time, ILogger<StoreCheck> logger) : BackgroundService
{
    /// <summary>A key that is never written, whatever callers name their runs: reading it only shows whether the store answers.</summary>
    public static readonly ContentKey ProbeKey = ContentKey.Of(StoreFolders.Definitions, "health");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await BoundedRead.RunAsync(token => store.GetAsync(ProbeKey, token), BoundedRead.Limit, time, stoppingToken);
        }
        catch (ContentStoreException problem)
        {
            logger.StoreRefuses(problem.Message);
        }
    }
}
