using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Copies the values of aliases and merge keys into a tree, within the limits of all copies together (<see cref="DefinitionLimits"/>).
/// </summary>
internal sealed class YamlCopies
{
    private int _left = DefinitionLimits.MaxAliased;
    private int _charactersLeft = DefinitionLimits.MaxAliasedCharacters;

    /// <summary>Number of values that were created.</summary>
    public int Created { get; private set; }

    /// <summary>Whether the limits allow so many further values.</summary>
    public bool Fits(int values) => values <= _left && _charactersLeft >= 0;

    /// <summary>Counts one value or name with the given number of characters. False when a limit is exceeded.</summary>
    public bool Count(int characters)
    {
        _charactersLeft = _charactersLeft < characters ? -1 : _charactersLeft - characters;
        return _left-- > 0 && _charactersLeft >= 0;
    }

    /// <summary>
    /// A copy at <paramref name="at"/>, whose line and column it gets. The values in it keep theirs, because an error in them is corrected where they
    /// are written. Null when it is nested deeper than <paramref name="levels"/>, or exceeds a limit.
    /// </summary>
    public SourceNode? Copy(SourceNode source, SourceLocation at, int levels)
    {
        var copy = CopyShallow(source, at);
        var open = new Stack<(SourceNode From, SourceNode To, int Levels)>();
        open.Push((source, copy, levels));
        var fits = Count(source.Text.Length);
        while (fits && open.TryPop(out var level))
        {
            if (level.From.Kind is SourceKind.Object or SourceKind.Array && level.Levels == 0)
            {
                return null;
            }

            foreach (var member in level.From.Members)
            {
                var value = CopyShallow(member.Value, new SourceLocation(level.To, member.Name, 0, member.Value.Line, member.Value.Column));
                level.To.MemberList!.Add(member with { Value = value });
                open.Push((member.Value, value, level.Levels - 1));
                fits = fits && Count(member.Name.Length + member.Value.Text.Length);
            }

            foreach (var item in level.From.Items)
            {
                var value = CopyShallow(item, new SourceLocation(level.To, null, level.To.ItemList!.Count, item.Line, item.Column));
                level.To.ItemList.Add(value);
                open.Push((item, value, level.Levels - 1));
                fits = fits && Count(item.Text.Length);
            }
        }

        return fits ? copy : null;
    }

    /// <summary>The value without its members and items.</summary>
    private SourceNode CopyShallow(SourceNode source, SourceLocation at)
    {
        Created++;
        return source.Kind switch
        {
            SourceKind.Object => SourceNode.Object(at),
            SourceKind.Array => SourceNode.Array(at),
            _ => SourceNode.Scalar(at, source.Kind, source.Text, source.IsTrue),
        };
    }
}
