using System.Runtime.CompilerServices;
using Orchestrator.Activities.Models.OpenAi;

namespace Orchestrator.Cli.Tests;

/// <summary>The command runs in this process: with these variables set, tests would call real models and pay for them.</summary>
internal static class NoRealModels
{
    [ModuleInitializer]
    internal static void Forget()
    {
        foreach (var name in new[]
        {
            ModelProviderOptions.KeyVariable, ModelProviderOptions.BaseUrlVariable,
            ModelProviderOptions.AzureEndpointVariable, ModelProviderOptions.AzureKeyVariable,
        })
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }
}
