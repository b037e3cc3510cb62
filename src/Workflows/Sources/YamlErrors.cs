using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>Reports the errors of one YAML text that make it unusable. Not thread-safe.</summary>
internal sealed class YamlErrors(LineIndex lines, DiagnosticBag diagnostics)
{
    /// <summary>Whether an error was reported.</summary>
    public bool Any { get; private set; }

    /// <summary>The line and column of an index of the text, both from 1.</summary>
    public (int Line, int Column) Position(long index) => lines.Position(index);

    /// <summary>Reports a syntax error at an index of the text. Always false, so that the caller can return it: reading has to stop.</summary>
    public bool Add(long index, string message)
    {
        var (line, column) = lines.Position(index);
        return Add(line, column, DiagnosticCodes.InvalidText, message);
    }

    /// <summary>Reports a problem with the value at an index of the text, if there is one; reading can continue.</summary>
    public void AddIfAny(long index, string? problem)
    {
        if (problem is not null)
        {
            Add(index, problem);
        }
    }

    /// <summary>Reports that values are nested too deeply. Always false.</summary>
    public bool AddTooDeep(int line, int column) => Add(
        line, column, DiagnosticCodes.InvalidText, $"Objects and lists are nested more than {DefinitionLimits.MaxNesting} levels deep here.");

    /// <summary>Reports that the aliases expand to too many values. Always false.</summary>
    public bool AddTooMany(int line, int column) => Add(
        line, column, DiagnosticCodes.TooLarge,
        $"The aliases of this text expand to more than {DefinitionLimits.MaxAliased} values, "
        + $"or {DefinitionLimits.MaxAliasedCharacters} characters, in all. "
        + "Use fewer of them.");

    /// <summary>Reports an error. Always false.</summary>
    public bool Add(int line, int column, string code, string message)
    {
        diagnostics.Error(code, line, column, message);
        Any = true;
        return false;
    }
}
