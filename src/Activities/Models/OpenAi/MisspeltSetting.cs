using Microsoft.Extensions.Configuration;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// Finds variables that are probably misspelt settings of the provider. Without the check another provider than the intended one, or none, would
/// answer.
/// </summary>
internal static class MisspeltSetting
{
    /// <summary>Names that other programs use for the settings.</summary>
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

    /// <summary>Variables of other programs without an equivalent here.</summary>
    private static readonly string[] Unrelated = ["OPENAI_API_VERSION", "OPENAI_API_TYPE"];

    /// <summary>Refuses a configuration with a misspelt setting.</summary>
    /// <param name="read">The settings that were found. When one provider is configured, settings of the other are not missing.</param>
    /// <exception cref="ModelConfigurationException">A variable is misspelt; the message names it and the right one.</exception>
    public static void Refuse(IConfiguration configuration, ModelProviderOptions read)
    {
        (string Name, string? Value)[] openAi =
        [
            (ModelProviderOptions.KeyVariable, read.ApiKey),
            (ModelProviderOptions.BaseUrlVariable, read.BaseUrl),
        ];
        (string Name, string? Value)[] azure =
        [
            (ModelProviderOptions.AzureEndpointVariable, read.AzureEndpoint),
            (ModelProviderOptions.AzureKeyVariable, read.AzureApiKey),
            (ModelProviderOptions.AzureVersionVariable, read.AzureVersion),
        ];
        var missing = (read.AzureEndpoint is null ? openAi : []).Concat(read.ApiKey is null ? azure : [])
            .Where(setting => setting.Value is null).Select(setting => setting.Name).ToList();
        var given = configuration.GetChildren().Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).Select(setting => setting.Key);
        foreach (var name in given.Order(StringComparer.Ordinal))
        {
            if (FindIntended(name, missing) is { } intended)
            {
                throw new ModelConfigurationException(
                    $"{name} is set, which means nothing here, and {intended} is not: it is probably meant. Rename it, or clear it.");
            }
        }
    }

    /// <summary>The missing setting that a variable was probably meant to be; null for none.</summary>
    private static string? FindIntended(string name, List<string> missing) =>
        Unrelated.Contains(name, StringComparer.OrdinalIgnoreCase) || IsSetting(name) ? null
        : OtherNames.TryGetValue(name, out var known) ? (missing.Contains(known, StringComparer.Ordinal) ? known : null)
        : missing.Find(setting => Normalize(name) == Normalize(setting) || Suggestion.IsClose(Normalize(name), Normalize(setting)));

    private static bool IsSetting(string name) => name.ToUpperInvariant() is ModelProviderOptions.KeyVariable or ModelProviderOptions.BaseUrlVariable
        or ModelProviderOptions.AzureEndpointVariable or ModelProviderOptions.AzureKeyVariable
        or ModelProviderOptions.AzureVersionVariable;

    private static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
