using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Activities.Feed;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>Reads the query of <c>GET /api/runs</c>. Unknown and invalid parameters are refused: a filter must not be ignored silently.</summary>
internal static class RunListQuery
{
    private static readonly string[] Parameters = ["status", "workflow", "app", "from", "to", "tag", "top", "continuationToken"];

    /// <exception cref="RequestRefusedException">Parameters are unknown or invalid; the message names every one.</exception>
    public static RunFilter Read(HttpRequest request)
    {
        var problems = request.UnknownParameters(Parameters);
        var filter = new RunFilter
        {
            Statuses = Statuses(request, problems),
            Workflow = request.Query("workflow"),
            App = request.Query("app"),
            From = Time(request, "from", problems),
            To = Time(request, "to", problems),
            Tags = [.. request.Query["tag"].OfType<string>().Select(Tag)],
            Top = Top(request, problems),
            ContinuationToken = request.Query("continuationToken"),
        };
        return problems.Count == 0
            ? filter
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalidInput", string.Join(" ", problems));
    }

    private static List<RunStatus>? Statuses(HttpRequest request, List<string> problems)
    {
        var statuses = new List<RunStatus>();
        foreach (var text in request.Query("status")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (EnumNames.TryParse<RunStatus>(text, out var status))
            {
                statuses.Add(status);
            }
            else
            {
                problems.Add(
                    $"The query parameter 'status' names '{text}'; it must name some of {string.Join(", ", EnumNames.All<RunStatus>())}, "
                    + "separated by commas.");
            }
        }

        return statuses.Count == 0 ? null : statuses;
    }

    private static DateTimeOffset? Time(HttpRequest request, string name, List<string> problems)
    {
        if (request.Query(name) is not { } text)
        {
            return null;
        }

        // An unescaped plus sign arrives as a space.
        if (DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        problems.Add($"The query parameter '{name}' is '{text}'; it must be a time such as 2030-01-31T12:00:00Z.");
        return null;
    }

    /// <summary><c>team:blue</c>, or <c>team</c> for any value.</summary>
    private static KeyValuePair<string, string?> Tag(string text) => text.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0
        ? new(text[..colon], text[(colon + 1)..])
        : new(text, null);

    private static int Top(HttpRequest request, List<string> problems)
    {
        if (request.Query("top") is not { } text)
        {
            return RunFilter.DefaultTop;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top is >= 1 and <= RunFilter.MaxTop)
        {
            return top;
        }

        problems.Add($"The query parameter 'top' is '{text}'; it must be a whole number from 1 to {RunFilter.MaxTop}.");
        return RunFilter.DefaultTop;
    }
}
