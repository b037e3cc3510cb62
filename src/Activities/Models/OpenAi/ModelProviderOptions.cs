using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>Who answers for the models: OpenAI, a server that speaks its protocol, or Azure OpenAI.</summary>
public sealed class ModelProviderOptions : IValidatableObject
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string BaseUrlVariable = "OPENAI_BASE_URL";
    public const string AzureEndpointVariable = "AZURE_OPENAI_ENDPOINT";
    public const string AzureKeyVariable = "AZURE_OPENAI_API_KEY";

    /// <summary>The key of OpenAI or of the compatible server.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The compatible server, up to and without <c>/chat/completions</c>; null for OpenAI itself.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The Azure OpenAI resource: <c>https://NAME.openai.azure.com</c>. Models are its deployments.</summary>
    public string? AzureEndpoint { get; init; }

    /// <summary>The key of the Azure resource; null to sign in with Entra ID.</summary>
    public string? AzureApiKey { get; init; }

    /// <summary>The provider in words: its address, and where the credentials come from.</summary>
    public string Description => AzureEndpoint is { } azure
        ? $"{azure} ({(AzureApiKey is null ? "Entra ID" : AzureKeyVariable)})"
        : $"{BaseUrl ?? OpenAiProvider.OpenAiUrl} ({KeyVariable})";

    /// <summary>The settings as the environment variables have them; null when none is set. An empty variable is none.</summary>
    /// <exception cref="ModelConfigurationException">They do not fit together.</exception>
    public static ModelProviderOptions? Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string? Value(string name) => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
        var options = new ModelProviderOptions
        {
            ApiKey = Value(KeyVariable),
            BaseUrl = Value(BaseUrlVariable),
            AzureEndpoint = Value(AzureEndpointVariable),
            AzureApiKey = Value(AzureKeyVariable),
        };
        MisspeltSetting.Refuse(configuration, options);
        if ((options.ApiKey ?? options.BaseUrl ?? options.AzureEndpoint ?? options.AzureApiKey) is null)
        {
            return null;
        }

        var mistakes = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), mistakes, validateAllProperties: true)
            ? options
            : throw new ModelConfigurationException(string.Join(' ', mistakes.Select(mistake => mistake.ErrorMessage)));
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((ApiKey ?? BaseUrl) is not null && (AzureEndpoint ?? AzureApiKey) is not null)
        {
            var azure = AzureEndpoint is null ? AzureKeyVariable : AzureEndpointVariable;
            yield return Wrong(
                ApiKey is null ? BaseUrlVariable : KeyVariable, $"and {azure} are both set: clear one of them, so that it is clear who answers.");
        }
        else if (BaseUrl is not null && ApiKey is null)
        {
            yield return Wrong(KeyVariable, $"is missing, and {BaseUrlVariable} is set: set it, to any text for a server that needs no key.");
        }
        else if (AzureApiKey is not null && AzureEndpoint is null)
        {
            yield return Wrong(AzureEndpointVariable, $"is missing, and {AzureKeyVariable} is set: set it to https://NAME.openai.azure.com.");
        }

        // Without a key a token of Entra ID goes there, and only an encrypted connection may carry one.
        foreach (var (name, url, secure) in new[] { (BaseUrlVariable, BaseUrl, false), (AzureEndpointVariable, AzureEndpoint, AzureApiKey is null) })
        {
            if (url is not null && !IsAddress(url, secure))
            {
                var scheme = secure ? "https://" : "http:// or https://";
                yield return Wrong(name, $"is no address of a server: it needs {scheme}, a host, and neither user, query nor fragment.");
            }
        }

        foreach (var (name, key) in new[] { (KeyVariable, ApiKey), (AzureKeyVariable, AzureApiKey) })
        {
            if (key?.All(character => character is > ' ' and <= '~') == false)
            {
                yield return Wrong(name, "is no key: it has spaces, line breaks or letters beyond ASCII inside.");
            }
        }
    }

    private static ValidationResult Wrong(string variable, string what) => new($"{variable} {what}", [variable]);

    private static bool IsAddress(string text, bool secure) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && !secure))
        && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0;
}
