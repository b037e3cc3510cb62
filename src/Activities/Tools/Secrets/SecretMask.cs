using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Secrets;

/// <summary>
/// Replaces the values of secrets by <c>***</c>, as they are and as URLs and JSON escape them. Values of fewer than four characters are not masked:
/// they would match everywhere. Mask a text before truncating it: a part of a secret is not found. Immutable and thread-safe.
/// </summary>
public sealed class SecretMask
{
    private const int ShortestMasked = 4;
    private const string Mask = "***";

    private readonly string[] _hidden;

    /// <param name="values">The values of all secrets that were used.</param>
    public SecretMask(IEnumerable<string> values) => _hidden =
    [
        .. values.Where(value => value.Length >= ShortestMasked)
            .SelectMany(value => new[]
            {
                value,
                Uri.EscapeDataString(value),
                JavaScriptEncoder.Default.Encode(value),
                JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value),
            })
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The text without secrets.</summary>
    public string Apply(string text)
    {
        var found = Find(text);
        if (found.Count == 0)
        {
            return text;
        }

        // Secrets may overlap: overlapping places are masked as one.
        found.Sort();
        var masked = new StringBuilder();
        var (copied, end) = (0, -1);
        foreach (var (start, length) in found)
        {
            if (start >= end)
            {
                masked.Append(text, copied, start - copied).Append(Mask);
            }

            end = copied = Math.Max(end, start + length);
        }

        return masked.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>
    /// A copy of the value without secrets, also in the names of members; a number that contains one becomes a text. Null stays null.
    /// </summary>
    public JsonNode? Apply(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                var masked = new JsonObject();
                foreach (var (name, member) in members)
                {
                    masked[Apply(name)] = Apply(member);
                }

                return masked;
            case JsonArray items:
                return new JsonArray([.. items.Select(Apply)]);
            case { } scalar when scalar.GetValueKind() == JsonValueKind.String:
                return Apply(scalar.GetValue<string>());
            case { } scalar when Find(scalar.ToJsonString()).Count > 0:
                return Mask;
            default:
                return value?.DeepClone();
        }
    }

    /// <summary>The error without secrets in its message and details.</summary>
    public WorkflowError Apply(WorkflowError error) =>
        error with { Message = Apply(error.Message), Details = (JsonObject?)Apply((JsonNode?)error.Details) };

    private List<(int Start, int Length)> Find(string text)
    {
        var found = new List<(int, int)>();
        foreach (var hidden in _hidden)
        {
            for (var at = text.IndexOf(hidden, StringComparison.Ordinal); at >= 0; at = text.IndexOf(hidden, at + 1, StringComparison.Ordinal))
            {
                found.Add((at, hidden.Length));
            }
        }

        return found;
    }
}
