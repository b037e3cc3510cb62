using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Orchestrator.Activities.Catalog;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Functions.Http;

/// <summary>Reads query parameters and the headers of conditional requests, and sets the ETags of answers.</summary>
internal static class RequestParameters
{
    /// <summary>The parameters of the Functions host for its keys.</summary>
    private static readonly string[] HostParameters = ["code", "clientId"];

    /// <summary>Checks the query of a request that changes something: what is ignored may have limited it.</summary>
    /// <param name="known">The parameters of the function, without those of the host.</param>
    /// <exception cref="RequestRefusedException">It has other parameters (400).</exception>
    public static void CheckQuery(this HttpRequest request, params string[] known)
    {
        if (request.UnknownParameters(known) is { Count: > 0 } problems)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalidInput", string.Join(" ", problems));
        }
    }

    /// <summary>A sentence for each parameter of the query that is neither known nor one of the host.</summary>
    public static List<string> UnknownParameters(this HttpRequest request, IReadOnlyCollection<string> known) =>
    [
        .. request.Query.Keys.Except([.. known, .. HostParameters], StringComparer.OrdinalIgnoreCase).Select(name =>
            $"There is no query parameter '{name}'. {(known.Count == 0 ? "The request takes none." : Suggestion.ForOrAll(name, known))}"),
    ];

    /// <summary>A parameter of the query; null when it is missing or empty.</summary>
    public static string? Query(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>The answer with an ETag.</summary>
    /// <param name="etag">Without quotes.</param>
    public static IResult WithETag(this IResult answer, string etag) => new HeaderResult(answer, HeaderNames.ETag, $"\"{etag}\"");

    /// <summary>The condition in <c>If-Match</c> or <c>If-None-Match: *</c>.</summary>
    /// <exception cref="RequestRefusedException">The header is invalid (400).</exception>
    public static WriteCondition Condition(this HttpRequest request)
    {
        if (request.Headers.IfMatch is { Count: > 0 } wanted)
        {
            if (!EntityTagHeaderValue.TryParseStrictList(wanted, out var tags) || tags.Count == 0)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status400BadRequest, "invalidHeader", "If-Match takes the ETag of an earlier answer in its quotes, or *.");
            }

            return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any))
                ? WriteCondition.Existing
                : WriteCondition.Matches([.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString().Trim('"'))]);
        }

        return request.Headers.IfNoneMatch.ToString() switch
        {
            "" => WriteCondition.None,
            "*" => WriteCondition.New,
            _ => throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "invalidHeader", "If-None-Match takes * here: create, do not replace."),
        };
    }
}
