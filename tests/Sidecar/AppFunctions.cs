using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.Testing.Sidecar;

/// <summary>The app's orchestrator and activities on the SDK's worker, as LocalHost reads them from its functions.</summary>
public static class AppFunctions
{
    /// <summary>Adds them.</summary>
    /// <param name="services">The app's services, with a scope for each call.</param>
    /// <exception cref="InvalidOperationException">The app has another orchestrator than the one that is known here.</exception>
    public static void AddApp(this DurableTaskRegistry registry, FunctionCatalog functions, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(functions);

        // The SDK's worker reads inputs by the type that is given here.
        if (functions.Orchestrators.Keys.Single() != FunctionNames.WorkflowRun)
        {
            throw new InvalidOperationException(
                $"The app's orchestrator is '{functions.Orchestrators.Keys.Single()}' and not '{FunctionNames.WorkflowRun}'.");
        }

        var plans = services.GetRequiredService<DecodedPlans>();
        registry.AddOrchestratorFunc<RunInput, RunResult>(
            FunctionNames.WorkflowRun, (context, input) => new WorkflowRun(plans).RunAsync(context, input));
        foreach (var activity in functions.Activities.Values)
        {
            registry.AddActivity(activity.Activity, new CatalogActivity(activity, services));
        }
    }

    private sealed class CatalogActivity(ActivityFunction activity, IServiceProvider services) : ITaskActivity
    {
        public Type InputType => activity.InputType;

        public Type OutputType => typeof(object);

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            await using var scope = services.CreateAsyncScope();
            return await activity.RunAsync(input, context.InstanceId, scope.ServiceProvider);
        }
    }
}
