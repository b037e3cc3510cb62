using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;

namespace Orchestrator.Storage.Blobs;

/// <summary>
/// Translates failures of the blob service into messages that name the account, the container and the remedy, but no key. Thread-safe.
/// </summary>
internal static class BlobErrors
{
    /// <summary>Makes a call and translates its failures.</summary>
    /// <param name="location">The key or prefix of the call; empty for the whole container.</param>
    /// <exception cref="ContentStoreException">The service or the network failed, or the service refused the request.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The inner exception is the failure that was being retried.</exception>
    public static async Task<T> TranslateAsync<T>(
        BlobAccount account, string container, string location, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var refusals = Refusals.Listen();
        try
        {
            return await call();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && IsCancellation(exception))
        {
            var cause = BeforeCancellation(exception, refusals.Last) is { } failure ? Translate(failure, account, container, location) : exception;
            throw new OperationCanceledException(exception.Message, cause, cancellationToken);
        }
        catch (Exception exception) when (IsOfTheService(exception, cancellationToken))
        {
            throw Translate(exception, account, container, location);
        }
    }

    /// <summary>Whether this is a failure of the service or the network rather than a bug or the caller's cancellation.</summary>
    private static bool IsOfTheService(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AggregateException all => all.InnerExceptions.All(inner => IsOfTheService(inner, cancellationToken)),
        _ => exception is RequestFailedException or AuthenticationFailedException or IOException or HttpRequestException,
    };

    /// <summary>Whether a call ended with its cancellation. The client adds the failures of earlier attempts to its exception.</summary>
    private static bool IsCancellation(Exception exception) => exception is OperationCanceledException
        || (exception is AggregateException all && all.InnerExceptions.Any(inner => inner is OperationCanceledException));

    /// <summary>The failure that the client was retrying when the call was cancelled; null when there was none.</summary>
    /// <param name="refusal">The last response of the service if it was a refusal; null otherwise.</param>
    private static Exception? BeforeCancellation(Exception exception, RequestFailedException? refusal) => refusal
        ?? (exception as AggregateException)?.InnerExceptions.LastOrDefault(
            inner => inner is not OperationCanceledException && IsOfTheService(inner, CancellationToken.None));

    /// <summary>
    /// Whether the blob or its container does not exist. Any other 404 comes from a wrong account or server and must not be taken for an empty store.
    /// </summary>
    public static bool IsAbsence(RequestFailedException failure) => failure.Status == 404
        && (failure.ErrorCode == BlobErrorCode.BlobNotFound || failure.ErrorCode == BlobErrorCode.ContainerNotFound);

    /// <param name="location">The key or prefix of the request; empty for the whole container.</param>
    private static ContentStoreException Translate(Exception exception, BlobAccount account, string container, string location)
    {
        var cause = exception is AggregateException all ? all.InnerExceptions[^1] : exception;
        var (problem, remedy) = cause switch
        {
            AuthenticationFailedException => (
                "no identity could sign in",
                $"Sign in with 'az login', or give this machine a managed identity and set {account.Setting}__credential to managedidentity, "
                + $"and {account.Setting}__clientId for a user-assigned one"),
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
            // AuthorizationFailure: Azurite's code for a wrong key, and Azure's for a machine that the firewall blocks.
            (403, _) when code == BlobErrorCode.AuthenticationFailed || code == BlobErrorCode.AuthorizationFailure => (
                $"the account does not accept this key, signature or machine ({code})",
                $"Copy the connection string again into {account.Setting}, and check the account's firewall and this machine's clock"),
            (403, _) when code == "KeyBasedAuthenticationNotPermitted" => (
                $"the account takes identities only, and {account.Setting} has a key ({code})",
                $"Clear {account.Setting}, set {account.Setting}__accountName to the account's name, "
                + "and give the identity the role 'Storage Blob Data Contributor'"),
            (401 or 403, _) => (
                $"permission denied ({failure.ErrorCode ?? "no code"})",
                $"Give the identity the role 'Storage Blob Data Contributor' on the account of {account.Setting}, "
                + "or the signature in it the permissions racwdl"),
            (404, _) => (
                $"there is no such account at its address ({failure.ErrorCode ?? "no code"})",
                $"Check the account's name and address in {account.Setting}"),
            (429 or >= 500, _) => ($"the service is busy or failing ({failure.Status} {failure.ErrorCode})", "Repeat it later"),
            _ => ($"the service refused it ({failure.Status} {failure.ErrorCode})", "Look the code up among the error codes of Azure Blob Storage"),
        };
    }
}
