using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Activities.Tools.BuiltIn;
using Orchestrator.Activities.Tools.Database;
using Orchestrator.Activities.Tools.Http;
using Orchestrator.Activities.Tools.Secrets;

namespace Orchestrator.Activities.Tools;

/// <summary>Registers the tools that every host has.</summary>
internal static class ToolServices
{
    /// <summary>Adds the built-in tools, and the <see cref="ToolSet"/> of every registered <see cref="ITool"/>.</summary>
    public static IServiceCollection AddTools(this IServiceCollection services)
    {
        services.TryAddSingleton<HttpToolOptions>();
        services.TryAddSingleton<DatabaseConnections>();
        services.TryAddSingleton<ISecretSource, EnvironmentSecrets>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<ITool, TemplateTool>(),
            ServiceDescriptor.Singleton<ITool, TransformTool>(),
            ServiceDescriptor.Singleton<ITool, MergeTool>(),
            ServiceDescriptor.Singleton<ITool, DelayTool>(),
            ServiceDescriptor.Singleton<ITool, FailTool>(),
            ServiceDescriptor.Singleton<ITool, HttpRequestTool>(),
            ServiceDescriptor.Singleton<ITool, DatabaseQueryTool>(),
        ]);
        services.TryAddSingleton<ToolSet>();
        return services;
    }
}
