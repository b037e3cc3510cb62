using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using static Azure.AI.OpenAI.AzureOpenAIClientOptions;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>The provider of the models: OpenAI, a server that speaks its protocol, or Azure OpenAI. Immutable.</summary>
public sealed class ModelProviderOptions : IValidatableObject
{
    /// <summary>The environment variable of <see cref="ApiKey"/>.</summary>
    public const string KeyVariable = "OPENAI_API_KEY";

    /// <summary>The environment variable of <see cref="BaseUrl"/>.</summary>
    public const string BaseUrlVariable = "OPENAI_BASE_URL";

    /// <summary>The environment variable of <see cref="AzureEndpoint"/>.</summary>
    public const string AzureEndpointVariable = "AZURE_OPENAI_ENDPOINT";

    /// <summary>The environment variable of <see cref="AzureApiKey"/>.</summary>
    public const string AzureKeyVariable = "AZURE_OPENAI_API_KEY";

    /// <summary>The environment variable of <see cref="AzureVersion"/>.</summary>
    public const string AzureVersionVariable = "AZURE_OPENAI_API_VERSION";

    private const string V1Path = "/openai/v1";

    /// <summary>The API key of OpenAI or of the compatible server; null for Azure.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The URL of the compatible server, without <c>/chat/completions</c>; null for OpenAI.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>
    /// The URL of the Azure OpenAI resource: <c>https://NAME.openai.azure.com</c>, with <c>/openai/v1</c> for its v1 endpoint; null for OpenAI and
    /// compatible servers. Models are the resource's deployments.
    /// </summary>
    public string? AzureEndpoint { get; init; }

    /// <summary>The API key of the Azure resource; null to sign in with Entra ID.</summary>
    public string? AzureApiKey { get; init; }

    /// <summary>
    /// The <c>api-version</c> of requests to Azure, such as <c>2024-10-21</c>, or <c>v1</c> for the v1 endpoint; null for the newest that the client
    /// supports.
    /// </summary>
    public string? AzureVersion { get; init; }

    /// <summary>
    /// Whether requests go to Azure's v1 endpoint, which has no <c>api-version</c>; <see cref="AzureEndpoint"/> or <see cref="AzureVersion"/> sets
    /// it.
    /// </summary>
    internal bool UsesAzureV1 => EndsInV1 || string.Equals(AzureVersion, AzureApiVersion.V1, StringComparison.OrdinalIgnoreCase);

    /// <summary>The URL of the provider, without the path of a deployment.</summary>
    internal Uri Endpoint => new(AzureEndpoint is null ? BaseUrl ?? OpenAiProvider.OpenAiUrl
        : !UsesAzureV1 ? AzureEndpoint
        : EndsInV1 ? AzureEndpoint.TrimEnd('/')
        : AzureEndpoint.TrimEnd('/') + V1Path);

    private bool EndsInV1 => AzureEndpoint?.TrimEnd('/').EndsWith(V1Path, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The provider for messages: its URL, and the source of the credentials.</summary>
    public string Description => AzureEndpoint is { } azure
        ? $"{azure} ({(AzureApiKey is null ? "Entra ID" : AzureKeyVariable)})"
        : $"{BaseUrl ?? OpenAiProvider.OpenAiUrl} ({KeyVariable})";

    /// <summary>Reads the settings from the environment variables; null when none is set. An empty variable counts as not set.</summary>
    /// <exception cref="ModelConfigurationException">A setting is misspelt or not valid, or the settings contradict each other.</exception>
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

        // Without an endpoint the version is meant for another program.
        if (AzureEndpoint is not null && AzureVersion is not null && AzureApiVersion.Find(AzureVersion) is null && !UsesAzureV1)
        {
            yield return Wrong(AzureVersionVariable, AzureApiVersion.Refusal);
        }
        else if (EndsInV1 && AzureVersion is not null && !string.Equals(AzureVersion, AzureApiVersion.V1, StringComparison.OrdinalIgnoreCase))
        {
            yield return Wrong(
                AzureVersionVariable,
                $"and the {V1Path} of {AzureEndpointVariable} are both set, and the v1 endpoint has no versions: clear one of them.");
        }

        // Without a key requests carry an Entra ID token, which needs an encrypted connection.
        foreach (var (name, url, secure) in new[] { (BaseUrlVariable, BaseUrl, false), (AzureEndpointVariable, AzureEndpoint, AzureApiKey is null) })
        {
            if (url is not null && !IsAddress(url, secure))
            {
                var scheme = secure ? "https://" : "http:// or https://";
                yield return Wrong(name, $"is no address of a server: it needs {scheme}, a host, and neither user, query nor fragment.");
            }
        }

        // The client appends the path of the deployment itself; with a path here, the resource would answer 404 without an explanation.
        if (AzureEndpoint is not null && !EndsInV1 && AzureEndpoint.Contains("/openai", StringComparison.OrdinalIgnoreCase))
        {
            yield return Wrong(
                AzureEndpointVariable,
                $"has the path of a request: set it to https://NAME.openai.azure.com, or with {V1Path} for the v1 endpoint; "
                + "the deployment is named as the model.");
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

/// <summary>
/// The versions of Azure OpenAI's protocol that <see cref="Azure.AI.OpenAI.AzureOpenAIClient"/> supports, as URLs contain them (<c>2024-10-21</c>).
/// </summary>
internal static class AzureApiVersion
{
    /// <summary>The resource's v1 endpoint, whose URL has no version.</summary>
    public const string V1 = "v1";

    /// <summary>The newest version: the last one that is not a preview, 2024-10-21, does not support <c>reasoning_effort</c>.</summary>
    public const ServiceVersion Default = ServiceVersion.V2025_04_01_Preview;

    private static readonly Dictionary<string, ServiceVersion> Known =
        Enum.GetValues<ServiceVersion>().ToDictionary(Text, StringComparer.OrdinalIgnoreCase);

    /// <summary>All versions, the oldest first, and <see cref="V1"/>.</summary>
    public static string Names { get; } = string.Join(", ", Known.Keys.Order(StringComparer.Ordinal).Append(V1));

    /// <summary>The rest of the message about an unknown version, after the setting.</summary>
    public static string Refusal { get; } = $"is no version that can be asked for: set it to one of {Names}.";

    /// <summary>Finds a version of the client.</summary>
    /// <param name="text">In any letter case; null for <see cref="Default"/>.</param>
    /// <returns>Null for a version that the client does not support, and for <see cref="V1"/>.</returns>
    public static ServiceVersion? Find(string? text) =>
        text is null ? Default
        : Known.TryGetValue(text, out var version) ? version
        : null;

    private static string Text(ServiceVersion version) => version.ToString()[1..].Replace('_', '-').ToLowerInvariant();
}
