using Microsoft.Extensions.Configuration;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Finds variables that are meant to be the provider's and are not: with one of them no provider would answer, or not the one that was meant.</summary>
internal static class MisspeltSetting
{
    /// <summary>The names that other programs use for them.</summary>
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["OPENAI_KEY"] = ModelProviderOptions.KeyVariable,
        ["OPENAI_API_BASE"] = ModelProviderOptions.BaseUrlVariable,
        ["OPENAI_API_BASE_URL"] = ModelProviderOptions.BaseUrlVariable,
        ["OPENAI_API_URL"] = ModelProviderOptions.BaseUrlVariable,
        ["OPENAI_ENDPOINT"] = ModelProviderOptions.BaseUrlVariable,
        ["OPENAI_URL"] = ModelProviderOptions.BaseUrlVariable,
        ["AZURE_OPENAI_KEY"] = ModelProviderOptions.AzureKeyVariable,
        ["AZURE_OPENAI_VERSION"] = ModelProviderOptions.AzureVersionVariable,
        ["AZURE_OPENAI_API_BASE"] = ModelProviderOptions.AzureEndpointVariable,
        ["AZURE_OPENAI_BASE_URL"] = ModelProviderOptions.AzureEndpointVariable,
        ["AZURE_OPENAI_URL"] = ModelProviderOptions.AzureEndpointVariable,
    };

    /// <summary>Variables of these programs that mean something else than those of this program.</summary>
    private static readonly string[] Others = ["OPENAI_API_VERSION", "OPENAI_API_TYPE"];

    /// <param name="read">The settings that were found. Names like those of a provider are other programs' when the other provider is configured.</param>
    /// <exception cref="ModelConfigurationException">A variable is misspelt; names it and the right one.</exception>
    public static void Refuse(IConfiguration configuration, ModelProviderOptions read)
    {
        (string Name, string? Value)[] openAi = [(ModelProviderOptions.KeyVariable, read.ApiKey), (ModelProviderOptions.BaseUrlVariable, read.BaseUrl)];
        (string Name, string? Value)[] azure =
        [
            (ModelProviderOptions.AzureEndpointVariable, read.AzureEndpoint),
            (ModelProviderOptions.AzureKeyVariable, read.AzureApiKey),
            (ModelProviderOptions.AzureVersionVariable, read.AzureVersion),
        ];
        var missing = (read.AzureEndpoint is null ? openAi : []).Concat(read.ApiKey is null ? azure : [])
            .Where(setting => setting.Value is null).Select(setting => setting.Name).ToList();
        foreach (var name in configuration.GetChildren().Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).Select(setting => setting.Key).Order(StringComparer.Ordinal))
        {
            if (Meant(name, missing) is { } meant)
            {
                throw new ModelConfigurationException($"{name} is set, which means nothing here, and {meant} is not: it is probably meant. Rename it, or clear it.");
            }
        }
    }

    private static string? Meant(string name, List<string> missing) =>
        Others.Contains(name, StringComparer.OrdinalIgnoreCase) || IsOurs(name) ? null
        : OtherNames.TryGetValue(name, out var known) ? (missing.Contains(known, StringComparer.Ordinal) ? known : null)
        : missing.Find(setting => Plain(name) == Plain(setting) || Suggestion.IsClose(Plain(name), Plain(setting)));

    private static bool IsOurs(string name) => name.ToUpperInvariant() is ModelProviderOptions.KeyVariable or ModelProviderOptions.BaseUrlVariable
        or ModelProviderOptions.AzureEndpointVariable or ModelProviderOptions.AzureKeyVariable
        or ModelProviderOptions.AzureVersionVariable;

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
