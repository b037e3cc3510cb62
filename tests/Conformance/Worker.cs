using System.Globalization;
using Microsoft.Extensions.Configuration;
using Orchestrator.Conformance.Apps;
using Orchestrator.Functions;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance;

/// <summary>The entry point when a test starts this assembly as a worker process: the app on AzureStorage, until its input ends.</summary>
internal static class Worker
{
    /// <param name="args">The hub, this worker's name, and how many activities it takes at a time. <c>AzureWebJobsStorage</c> is the account; the
    /// other settings are the app's.</param>
    public static async Task Main(string[] args)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var activities = int.Parse(args[2], CultureInfo.InvariantCulture);
        using var engine = await AzureStorageHub.OpenAsync(settings["AzureWebJobsStorage"]!, args[0], args[1], AzureStorageTimes.Short, activities);
        await using var app = await SidecarApp.StartAsync(engine, services => services.AddOrchestrator(settings));
        Console.WriteLine(app.Address);
        await Console.In.ReadToEndAsync();
    }
}
