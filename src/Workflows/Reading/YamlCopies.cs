namespace Orchestrator.Workflows.Reading;

/// <summary>Copies what aliases stand for into a tree, as long as all copies together stay within the limit.</summary>
internal sealed class YamlCopies
{
    private int _left = DefinitionLimits.MaxAliased;

    /// <summary>Values that were made.</summary>
    public int Made { get; private set; }

    /// <summary>Whether so many more values can be made.</summary>
    public bool Fits(int values) => values <= _left;

    /// <summary>Counts one against the limit. False when that is used up.</summary>
    public bool Spend() => _left-- > 0;

    /// <summary>
    /// A copy that hangs at <paramref name="at"/>, which is its place too; what is within keeps the place where it is written, since a mistake in it
    /// is corrected there. Null when it is nested deeper than <paramref name="levels"/>, or more than what is left of the limit.
    /// </summary>
    public SourceNode? Copy(SourceNode source, SourceLocation at, int levels)
    {
        var copy = Bare(source, at);
        var open = new Stack<(SourceNode From, SourceNode To, int Levels)>();
        open.Push((source, copy, levels));
        var fits = Spend();
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
                fits = fits && Spend();
            }

            foreach (var item in level.From.Items)
            {
                var value = Bare(item, new SourceLocation(level.To, null, level.To.ItemList!.Count, item.Line, item.Column));
                level.To.ItemList.Add(value);
                open.Push((item, value, level.Levels - 1));
                fits = fits && Spend();
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
