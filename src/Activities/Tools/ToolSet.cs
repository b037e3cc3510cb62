using System.Text.RegularExpressions;
using Orchestrator.Workflows.Compilation;

namespace Orchestrator.Activities.Tools;

/// <summary>The tools of a host, by name. Immutable and thread-safe.</summary>
public sealed partial class ToolSet
{
    private readonly Dictionary<string, ITool> _tools = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">
    /// Two tools have the same name, a name is not allowed, or a schema uses something outside <see cref="ToolSchema"/>.
    /// </exception>
    public ToolSet(IEnumerable<ITool> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        foreach (var tool in tools)
        {
            if (!NamePattern.IsMatch(tool.Name))
            {
                throw new ArgumentException(
                    $"The tool {tool.GetType()} is named '{tool.Name}'; "
                    + "a name has small letters, digits and '_', at most 64, and begins with a letter.",
                    nameof(tools));
            }

            if (!_tools.TryAdd(tool.Name, tool))
            {
                throw new ArgumentException(
                    $"Two tools are named '{tool.Name}': {_tools[tool.Name].GetType()} and {tool.GetType()}. Rename one of them.", nameof(tools));
            }

            if (ToolSchema.Problems(tool.InputSchema) is { Count: > 0 } problems)
            {
                throw new ArgumentException(
                    $"The input schema of the tool '{tool.Name}' ({tool.GetType()}) is wrong. {string.Join(" ", problems)}", nameof(tools));
            }
        }

        Names = [.. _tools.Keys.Order(StringComparer.Ordinal)];
        Known = [.. Names.Select(name => new KnownTool(name, ToolSchema.LiteralMembers(_tools[name].InputSchema)))];
        KnownWithInputs =
        [
            .. Known.Select(tool => tool with
            {
                CheckInput = input => ToolInputCheck.Check(_tools[tool.Name].InputSchema, input, templated: true)
                    .Select(finding => (finding.Pointer, finding.Message, finding.Suggestion)),
            }),
        ];
    }

    /// <summary>All names, in alphabetical order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What the reader of definitions needs to know of each tool, in the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<KnownTool> Known { get; }

    /// <summary>The same with the check of inputs, for validating and storing definitions, where no mocks are known.</summary>
    public IReadOnlyList<KnownTool> KnownWithInputs { get; }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}\\z")]
    private static partial Regex NamePattern { get; }

    /// <summary>The tool with exactly that name; null when there is none.</summary>
    public ITool? Find(string name) => _tools.GetValueOrDefault(name);
}
