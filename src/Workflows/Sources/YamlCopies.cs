using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Sources;

/// <summary>Copies what aliases stand for into a tree, as long as all copies together stay within the limit.</summary>
internal sealed class YamlCopies
{
    private int _left = DefinitionLimits.MaxAliased;
    private int _charactersLeft = DefinitionLimits.MaxAliasedCharacters;

    /// <summary>Values that were made.</summary>
    public int Made { get; private set; }

    /// <summary>Whether so many more values can be made.</summary>
    public bool Fits(int values) => values <= _left && _charactersLeft >= 0;

    /// <summary>Counts one value, or name, of so many characters against the limits. False when they are used up.</summary>
    public bool Spend(int characters)
    {
        _charactersLeft = _charactersLeft < characters ? -1 : _charactersLeft - characters;
        return _left-- > 0 && _charactersLeft >= 0;
    }

    /// <summary>
    /// A copy that hangs at <paramref name="at"/>, which is its place too; what is within keeps the place where it is written, since a mistake in it
    /// is corrected there. Null when it is nested deeper than <paramref name="levels"/>, or more than what is left of the limit.
    /// </summary>
    public SourceNode? Copy(SourceNode source, SourceLocation at, int levels)
    {
        var copy = Bare(source, at);
        var open = new Stack<(SourceNode From, SourceNode To, int Levels)>();
        open.Push((source, copy, levels));
        var fits = Spend(source.Text.Length);
        while (fits && open.TryPop(out var level))
        {
            if (level.From.Kind is SourceKind.Object or SourceKind.Array && level.Levels == 0)
            {
                return null;
            }

            foreach (var member in level.From.Members)
            {
                var value = Bare(member.Value, new SourceLocation(level.To, member.Name, 0, member.Value.Line, member.Value.Column));
                level.To.MemberList!.Add(member with { Value = value });
                open.Push((member.Value, value, level.Levels - 1));
                fits = fits && Spend(member.Name.Length + member.Value.Text.Length);
            }

            foreach (var item in level.From.Items)
            {
                var value = Bare(item, new SourceLocation(level.To, null, level.To.ItemList!.Count, item.Line, item.Column));
                level.To.ItemList.Add(value);
                open.Push((item, value, level.Levels - 1));
                fits = fits && Spend(item.Text.Length);
            }
        }

        return fits ? copy : null;
    }

    /// <summary>The value without what is in it.</summary>
    private SourceNode Bare(SourceNode source, SourceLocation at)
    {
        Made++;
        return source.Kind switch
        {
            SourceKind.Object => SourceNode.Object(at),
            SourceKind.Array => SourceNode.Array(at),
            _ => SourceNode.Scalar(at, source.Kind, source.Text, source.IsTrue),
        };
    }
}
