using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Http;

/// <summary>Decides whether a request may be served. Immutable and thread-safe.</summary>
/// <remarks>
/// <para>
/// With a key, every level above <see cref="AuthorizationLevel.Anonymous"/> requires it, in the header <c>x-functions-key</c> or as <c>?code=</c>.
/// </para>
/// <para>
/// Without a key the host listens on loopback only, and every local program may call every function. Requests that a browser sends for a page of
/// another site, or with another host name, are refused at every level.
/// </para>
/// </remarks>
public sealed class AccessPolicy
{
    /// <summary>The header that carries the key.</summary>
    public const string KeyHeader = "x-functions-key";

    /// <summary>The query parameter that carries the key.</summary>
    public const string KeyParameter = "code";

    private readonly byte[]? _keyHash;

    private AccessPolicy(string? key)
    {
        Key = key;
        _keyHash = key is null ? null : Hash(key);
    }

    /// <summary>The policy without a key, for a host that listens on loopback.</summary>
    public static AccessPolicy Loopback { get; } = new(null);

    /// <summary>The required key; null when there is none.</summary>
    public string? Key { get; }

    /// <summary>Creates a policy that requires a key for all but anonymous functions.</summary>
    /// <param name="key">One or more characters, not only white space.</param>
    public static AccessPolicy WithKey(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new AccessPolicy(key);
    }

    /// <summary>Checks a request: null when it may be served, else the response that refuses it.</summary>
    internal IResult? Check(HttpRequest request, AuthorizationLevel level)
    {
        if (_keyHash is null)
        {
            return CheckLoopback(request);
        }

        if (level == AuthorizationLevel.Anonymous)
        {
            return null;
        }

        var given = request.Headers.TryGetValue(KeyHeader, out var header) ? header : request.Query[KeyParameter];
        if (given is [{ Length: > 0 } key])
        {
            return CryptographicOperations.FixedTimeEquals(Hash(key), _keyHash) ? null : Problem.Unauthorized("The key is wrong.");
        }

        return Problem.Unauthorized($"This needs a key: send it in the header '{KeyHeader}' or as the query parameter '{KeyParameter}'.");
    }

    private static IResult? CheckLoopback(HttpRequest request)
    {
        if (!IsLoopback(request.Host.Host))
        {
            return Problem.Forbidden(
                $"The host name '{request.Host.Host}' is not this machine's own. Call it as 'localhost', or start the host with a key.");
        }

        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || !IsLoopback(page.Host))
            {
                return Problem.Forbidden($"Pages of '{origin}' may not call this host. Start it with a key to allow that.");
            }
        }

        return null;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
