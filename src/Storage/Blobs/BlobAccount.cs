using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// A storage account from the settings of Azure Functions: a connection string, <c>UseDevelopmentStorage=true</c>, or the name of the account and an
/// identity. Immutable, thread-safe.
/// </summary>
public sealed class BlobAccount
{
    /// <summary>The setting that the Functions host itself uses.</summary>
    public const string DefaultSetting = "AzureWebJobsStorage";

    /// <summary>Maximum number of appends to one blob. The service accepts 50,000; the rest is a margin.</summary>
    public const int MaxAppends = 49_000;

    /// <summary>How long a request is retried by default while the account does not respond: 3 s, which a user waits for.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>The settings of an identity, which a connection string excludes.</summary>
    private static readonly string[] Identity = ["accountName", "blobServiceUri", "serviceUri", "credential"];

    /// <summary>All names in the section.</summary>
    private static readonly string[] Names = [.. Identity, "clientId"];

    private BlobAccount(string setting, BlobServiceClient service) => (Setting, Service) = (setting, service);

    /// <summary>The name of the setting that the account was read from.</summary>
    public string Setting { get; }

    /// <summary>The account's name; <c>devstoreaccount1</c> for Azurite.</summary>
    public string Name => Service.AccountName;

    /// <summary>A client of the account, which retries transient failures.</summary>
    public BlobServiceClient Service { get; }

    /// <summary>Reads the setting, a value or a section. No request is made.</summary>
    /// <param name="configuration">The settings; environment variables write <c>__</c> for the colon of a section.</param>
    /// <param name="patience">
    /// How long a request is retried while attempts fail at once; attempts without a response take longer. Null means <see cref="DefaultPatience"/>.
    /// </param>
    /// <param name="isMisspelling">
    /// Whether the first name may be a misspelling of the second. Null: the error for a missing setting suggests none.
    /// </param>
    /// <exception cref="ContentStoreException">
    /// The setting is missing or cannot be used; the message says what to write. It never shows a value that may be secret.
    /// </exception>
    public static BlobAccount Read(
        IConfiguration configuration, string setting = DefaultSetting, TimeSpan? patience = null, Func<string, string, bool>? isMisspelling = null) =>
        Read(configuration, setting, options => options.Retry.MaxRetries = Retries(patience ?? DefaultPatience), isMisspelling);

    internal static BlobAccount Read(
        IConfiguration configuration, string setting, Action<BlobClientOptions> configure, Func<string, string, bool>? isMisspelling = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new BlobClientOptions();
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = Retries(DefaultPatience);
        options.Retry.Delay = FirstDelay;
        options.Retry.MaxDelay = LongestDelay;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(60);
        options.AddPolicy(Sends.Counter, HttpPipelinePosition.PerRetry);
        options.AddPolicy(Refusals.Listener, HttpPipelinePosition.PerRetry);
        configure(options);
        var section = configuration.GetSection(setting);
        isMisspelling ??= static (_, _) => false;
        if (!section.Exists()
            && configuration.GetChildren().Select(other => other.Key).FirstOrDefault(other => isMisspelling(other, setting)) is { } near)
        {
            throw Refused(setting, $"{setting} is not set, and '{near}' is, which means nothing here: rename it.");
        }

        // The Functions host would ignore one of them without a message.
        if (!string.IsNullOrWhiteSpace(section.Value) && Identity.FirstOrDefault(name => Text(section, name) is not null) is { } second)
        {
            throw Refused(
                setting, $"{setting} and {setting}__{second} are both set, a connection string and an identity: clear the one that is not meant.");
        }

        var service = string.IsNullOrWhiteSpace(section.Value)
            ? ByIdentity(section, setting, options, isMisspelling)
            : ByText(section.Value, setting, options);
        return new BlobAccount(setting, service);
    }

    /// <summary>The number of retries that take this long: the delay of each is twice that of the previous one, up to a maximum.</summary>
    internal static int Retries(TimeSpan patience)
    {
        var count = 0;
        for (var (waited, delay) = (TimeSpan.Zero, FirstDelay); waited < patience; count++)
        {
            waited += delay;
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }

        return count;
    }

    private static BlobServiceClient ByText(string text, string setting, BlobClientOptions options)
    {
        try
        {
            return new BlobServiceClient(text, options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or UriFormatException)
        {
            // Without the inner exception, which may quote the connection string and its key.
            throw Refused(
                setting,
                $"{setting} is no connection string of a storage account; copy it from the account's page 'Access keys', "
                + "or write UseDevelopmentStorage=true for Azurite.");
        }
    }

    private static BlobServiceClient ByIdentity(
        IConfigurationSection section, string setting, BlobClientOptions options, Func<string, string, bool> isMisspelling)
    {
        var clientId = Text(section, "clientId");
        TokenCredential credential = Text(section, "credential") switch
        {
            null => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId }),
            var kind when !kind.Equals("managedidentity", StringComparison.OrdinalIgnoreCase) =>
                throw Refused(
                    setting, $"{setting}__credential is '{kind}'; write managedidentity, or leave it out for the identity that is signed in."),
            _ => new ManagedIdentityCredential(
                clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId)),
        };
        return new BlobServiceClient(Endpoint(section, setting, isMisspelling), credential, options);
    }

    private static Uri Endpoint(IConfigurationSection section, string setting, Func<string, string, bool> isMisspelling)
    {
        foreach (var name in (string[])["blobServiceUri", "serviceUri"])
        {
            if (Text(section, name) is { } text)
            {
                return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Query.Length == 0
                    ? uri
                    : throw Refused(
                        setting,
                        $"{setting}__{name} is no address of a blob service; write https://ACCOUNT.blob.core.windows.net, without a query.");
            }
        }

        if (Text(section, "accountName") is not { } account)
        {
            foreach (var child in section.GetChildren())
            {
                if (!Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
                    && Names.FirstOrDefault(name => isMisspelling(child.Key, name)) is { } meant)
                {
                    throw Refused(
                        setting, $"{setting}__{child.Key} is set, which means nothing here: {setting}__{meant} is probably meant. Rename it.");
                }
            }

            throw Refused(
                setting,
                $"{setting} is not set; write a connection string, UseDevelopmentStorage=true for Azurite, "
                + $"or {setting}__accountName for an account that an identity may use.");
        }

        return account.All(char.IsAsciiLetterOrDigit)
            ? new Uri($"https://{account}.blob.core.windows.net")
            : throw Refused(
                setting, $"{setting}__accountName is '{account}', but the name of a storage account has lower-case letters and digits only.");
    }

    private static string? Text(IConfigurationSection section, string name) =>
        section[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static ContentStoreException Refused(string setting, string message) => new(setting, message);
}
