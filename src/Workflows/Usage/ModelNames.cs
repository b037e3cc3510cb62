using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Usage;

/// <summary>Looks a model up in a table by model name.</summary>
internal static class ModelNames
{
    /// <summary>
    /// Looks up the name, then the longest listed name of which it is a version: <c>gpt-4o-mini-2024-07-18</c> is a version of <c>gpt-4o-mini</c>,
    /// but <c>gpt-4o-mini</c> is not one of <c>gpt-4o</c>. A prefix such as <c>openai/</c> is ignored unless the table lists it.
    /// </summary>
    public static bool TryFind<T>(IReadOnlyDictionary<string, T> table, string model, [MaybeNullWhen(false)] out T found)
    {
        if (table.TryGetValue(model, out found))
        {
            return true;
        }

        var name = model[(model.LastIndexOf('/') + 1)..];
        for (var end = name.Length; end > 0; end = name.LastIndexOf('-', end - 1))
        {
            if (table.TryGetValue(name[..end], out found) && IsVersion(name.AsSpan(end)))
            {
                return true;
            }
        }

        found = default;
        return false;
    }

    // Dates and build numbers (-2024-07-18, -0613, -20250929), -latest and -preview. Anything else is another model, and a wrong price is worse than
    // none.
    private static bool IsVersion(ReadOnlySpan<char> suffix)
    {
        var first = true;
        while (suffix.Length > 0)
        {
            suffix = suffix[1..];
            var end = suffix.IndexOf('-');
            var part = end < 0 ? suffix : suffix[..end];
            suffix = suffix[part.Length..];
            var number = part.Length >= (first ? 3 : 1) && !part.ContainsAnyExceptInRange('0', '9');
            if (!number && part is not ("latest" or "preview"))
            {
                return false;
            }

            first = false;
        }

        return true;
    }
}
