using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.Storage.Blobs;

/// <summary>Turns what the blob service says into a sentence that names the account, the container and the remedy, and never a key.</summary>
internal static class BlobErrors
{
    /// <summary>Whether this is a failure of the service or of the way to it, not a bug in this program and not the caller's cancellation.</summary>
    public static bool IsOfTheService(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AggregateException all => all.InnerExceptions.All(inner => IsOfTheService(inner, cancellationToken)),
        _ => exception is RequestFailedException or AuthenticationFailedException or IOException or HttpRequestException,
    };

    /// <summary>Whether a call ended with its cancellation. After tries that were not answered, the client's exception has those beside it.</summary>
    public static bool IsGivenUp(Exception exception) =>
        exception is OperationCanceledException || (exception is AggregateException all && all.InnerExceptions.Any(inner => inner is OperationCanceledException));

    /// <summary>Why the client tried again before a call was given up; null when it did not.</summary>
    /// <param name="refusal">What the service answered last, when it refused.</param>
    public static Exception? BeforeGivenUp(Exception exception, RequestFailedException? refusal) =>
        refusal ?? (exception as AggregateException)?.InnerExceptions.LastOrDefault(inner => inner is not OperationCanceledException && IsOfTheService(inner, CancellationToken.None));

    /// <summary>
    /// Whether the service says that the blob or its container is not there. Any other 404 comes from an account or a server that is not the one meant, and must
    /// not look like an empty store.
    /// </summary>
    public static bool IsAbsence(RequestFailedException failure) => failure.Status == 404
        && (failure.ErrorCode == BlobErrorCode.BlobNotFound || failure.ErrorCode == BlobErrorCode.ContainerNotFound);

    /// <param name="location">The key or prefix that it was about; empty for the whole container.</param>
    public static ContentStoreException Translate(Exception exception, BlobAccount account, string container, string location)
    {
        var cause = exception is AggregateException all ? all.InnerExceptions[^1] : exception;
        var (problem, remedy) = cause switch
        {
            AuthenticationFailedException => (
                "no identity could sign in",
                $"Sign in with 'az login', or give this machine a managed identity and set {account.Setting}__credential to managedidentity, and {account.Setting}__clientId for a user-assigned one"),
            RequestFailedException { Status: > 0 } failure => Explain(failure, account),
            _ => (
                "it does not answer",
                account.Service.Uri.IsLoopback
                    ? "Start Azurite (docs/azurite.md)"
                    : $"Check the account's name in {account.Setting}, the network, and the account's firewall"),
        };
        var what = location.Length == 0 ? "" : $"'{location}' in ";
        var message = cause is AuthenticationFailedException or RequestFailedException { Status: > 0 }
            ? problem
            : $"{account.Service.Uri.GetLeftPart(UriPartial.Authority)} does not answer";
        return new ContentStoreException(
            location, $"Cannot use {what}the container '{container}' of the storage account '{account.Name}': {message}. {remedy}.", exception)
        {
            Hint = $"{problem}. {remedy}.",
        };
    }

    private static (string Problem, string Remedy) Explain(RequestFailedException failure, BlobAccount account)
    {
        var code = new BlobErrorCode(failure.ErrorCode ?? "");
        if (code == BlobErrorCode.InvalidBlobType)
        {
            return ("it was written whole, or appended to, and cannot be used the other way", "Choose another key");
        }

        if (code == BlobErrorCode.ContainerBeingDeleted)
        {
            return ("the container is being deleted", "Wait a minute and repeat it");
        }

        return (failure.Status, code) switch
        {
            // The second code is Azurite's for a wrong key, and Azure's for a machine that the firewall keeps out.
            (403, _) when code == BlobErrorCode.AuthenticationFailed || code == BlobErrorCode.AuthorizationFailure => (
                $"the account does not accept this key, signature or machine ({code})",
                $"Copy the connection string again into {account.Setting}, and check the account's firewall and this machine's clock"),
            (403, _) when code == "KeyBasedAuthenticationNotPermitted" => (
                $"the account takes identities only, and {account.Setting} has a key ({code})",
                $"Clear {account.Setting}, set {account.Setting}__accountName to the account's name, and give the identity the role 'Storage Blob Data Contributor'"),
            (401 or 403, _) => (
                $"permission denied ({failure.ErrorCode ?? "no code"})",
                $"Give the identity the role 'Storage Blob Data Contributor' on the account of {account.Setting}, or the signature in it the permissions racwdl"),
            (404, _) => (
                $"there is no such account at its address ({failure.ErrorCode ?? "no code"})",
                $"Check the account's name and address in {account.Setting}"),
            (429 or >= 500, _) => ($"the service is busy or failing ({failure.Status} {failure.ErrorCode})", "Repeat it later"),
            _ => ($"the service refused it ({failure.Status} {failure.ErrorCode})", "Look the code up among the error codes of Azure Blob Storage"),
        };
    }
}
