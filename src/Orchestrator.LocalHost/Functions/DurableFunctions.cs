using System.Reflection;
using Orchestrator.LocalHost.Hosting;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Gives discovered functions to the durable runtime.</summary>
public static class DurableFunctions
{
    /// <summary>Adds every orchestrator and activity that is marked <c>[Function]</c> in the assembly.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions cannot be run; it lists all mistakes.</exception>
    /// <exception cref="ArgumentException">A name is taken by a function that was added before.</exception>
    public static LocalDurableHostBuilder AddFunctions(this LocalDurableHostBuilder builder, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return builder.AddFunctions(FunctionCatalog.Discover(assembly));
    }

    /// <summary>Adds every orchestrator and activity of the catalog. HTTP functions are served by <see cref="Http.LocalWebHost"/>.</summary>
    /// <exception cref="ArgumentException">A name is taken by a function that was added before.</exception>
    public static LocalDurableHostBuilder AddFunctions(this LocalDurableHostBuilder builder, FunctionCatalog functions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(functions);
        foreach (var orchestrator in functions.Orchestrators.Values)
        {
            builder.AddOrchestrator(new OrchestratorRegistration(orchestrator.Orchestration, run => orchestrator.RunAsync(run.Context, run.Services)));
        }

        foreach (var activity in functions.Activities.Values)
        {
            builder.AddActivity(new ActivityRegistration(
                activity.Activity, run => activity.RunAsync(run.GetInput(activity.InputType), run.InstanceId, run.Services, run.CancellationToken))
            {
                InputType = activity.InputType,
                UsesServices = activity.UsesServices,
            });
        }

        return builder;
    }
}
