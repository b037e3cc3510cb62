using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A JSON object whose texts are templates. A text that is a single placeholder is replaced by the value itself, of any type; every other text stays
/// a text. Member names are not templates, and placeholders in values are not replaced. Immutable. Thread-safe.
/// </summary>
public sealed class ValueTemplate
{
    private readonly JsonObject _value;
    private readonly IReadOnlyCollection<string> _literalMembers;
    private readonly Dictionary<string, PromptTemplate> _texts = new(StringComparer.Ordinal);

    /// <param name="literalMembers">Names of top-level members whose texts are not templates.</param>
    /// <exception cref="TemplateException">A text is not a valid template.</exception>
    public ValueTemplate(JsonObject value, IReadOnlyCollection<string> literalMembers)
    {
        ArgumentNullException.ThrowIfNull(value);
        (_value, _literalMembers) = (value, literalMembers);
        foreach (var (name, member) in value)
        {
            if (!literalMembers.Contains(name))
            {
                Collect(member);
            }
        }

        Paths = [.. _texts.Values.SelectMany(text => text.Paths).DistinctBy(path => path.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The distinct paths that it reads from the lookup.</summary>
    public IReadOnlyList<ValuePath> Paths { get; }

    /// <summary>The value with every placeholder replaced.</summary>
    /// <param name="lookup">Resolves a root name, such as <c>inputs</c>.</param>
    /// <param name="budget">The limits that all texts share; null: limits of its own, without cancellation.</param>
    /// <exception cref="TemplateException">A name or member does not exist, a value has the wrong type, or a limit is exceeded.</exception>
    /// <exception cref="OperationCanceledException">The budget's token was cancelled.</exception>
    public JsonObject Render(Func<string, TemplateValue> lookup, TemplateBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        budget ??= new TemplateBudget();
        return new JsonObject(_value.Select(member => KeyValuePair.Create(
            member.Key, _literalMembers.Contains(member.Key) ? member.Value?.DeepClone() : Render(member.Value, lookup, budget))));
    }

    private void Collect(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (_, member) in members)
                {
                    Collect(member);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Collect(item);
                }

                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                _texts.TryAdd(text.GetValue<string>(), PromptTemplate.Parse(text.GetValue<string>()));
                break;
            default:
                break;
        }
    }

    private JsonNode? Render(JsonNode? value, Func<string, TemplateValue> lookup, TemplateBudget budget) => value switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Render(member.Value, lookup, budget)))),
        JsonArray items => new JsonArray([.. items.Select(item => Render(item, lookup, budget))]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Fill(_texts[text.GetValue<string>()], lookup, budget),
        _ => value?.DeepClone(),
    };

    private static JsonNode? Fill(PromptTemplate template, Func<string, TemplateValue> lookup, TemplateBudget budget)
    {
        if (template.OnlyPath is not { } path)
        {
            return JsonValue.Create(template.Render(lookup, budget));
        }

        var root = lookup(path.Root);
        if (!root.Exists || !(path.TryFollow(root.Value, 1, out var found) || (root.Record is { } record && path.TryFollow(record, 1, out found))))
        {
            throw new TemplateException($"'{path}' names no value.");
        }

        budget.CountValue(found);
        return found?.DeepClone();
    }
}
