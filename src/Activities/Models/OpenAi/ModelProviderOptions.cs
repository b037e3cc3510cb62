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
    public const string AzureVersionVariable = "AZURE_OPENAI_API_VERSION";

    private const string V1Path = "/openai/v1";

    /// <summary>The key of OpenAI or of the compatible server.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The compatible server, up to and without <c>/chat/completions</c>; null for OpenAI itself.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The Azure OpenAI resource: <c>https://NAME.openai.azure.com</c>, with <c>/openai/v1</c> for its v1 endpoint. Models are its deployments.</summary>
    public string? AzureEndpoint { get; init; }

    /// <summary>The key of the Azure resource; null to sign in with Entra ID.</summary>
    public string? AzureApiKey { get; init; }

    /// <summary>The <c>api-version</c> of requests to Azure, such as <c>2024-10-21</c>, or <c>v1</c> for the v1 endpoint; null for the newest that the client knows.</summary>
    public string? AzureVersion { get; init; }

    /// <summary>Whether Azure is asked at its v1 endpoint, which has no <c>api-version</c>: the address or the version says so.</summary>
    internal bool UsesAzureV1 => EndsInV1 || string.Equals(AzureVersion, AzureApiVersion.V1, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where requests go, without the path of a deployment.</summary>
    internal Uri Endpoint => new(AzureEndpoint is null ? BaseUrl ?? OpenAiProvider.OpenAiUrl
        : !UsesAzureV1 ? AzureEndpoint
        : EndsInV1 ? AzureEndpoint.TrimEnd('/')
        : AzureEndpoint.TrimEnd('/') + V1Path);

    private bool EndsInV1 => AzureEndpoint?.TrimEnd('/').EndsWith(V1Path, StringComparison.OrdinalIgnoreCase) == true;

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
            AzureVersion = Value(AzureVersionVariable),
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

        // Without an endpoint the version is another program's.
        if (AzureEndpoint is not null && AzureVersion is not null && AzureApiVersion.Find(AzureVersion) is null && !UsesAzureV1)
        {
            yield return Wrong(AzureVersionVariable, AzureApiVersion.Refusal);
        }
        else if (EndsInV1 && AzureVersion is not null && !string.Equals(AzureVersion, AzureApiVersion.V1, StringComparison.OrdinalIgnoreCase))
        {
            yield return Wrong(AzureVersionVariable, $"and the {V1Path} of {AzureEndpointVariable} are both set, and the v1 endpoint has no versions: clear one of them.");
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

        // The client writes the path of the deployment itself, and the resource would answer 404 without a word of why.
        if (AzureEndpoint is not null && !EndsInV1 && AzureEndpoint.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        {
            yield return Wrong(
                AzureEndpointVariable, $"has the path of a request: set it to https://NAME.openai.azure.com, or with {V1Path} for the v1 endpoint; the deployment is named as the model.");
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
