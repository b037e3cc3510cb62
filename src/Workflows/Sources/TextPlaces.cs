namespace Orchestrator.Workflows.Sources;

/// <summary>Lines and columns of a text, both from 1, columns in characters. Lines end with LF, as where findings are shown.</summary>
internal sealed class TextPlaces
{
    private readonly List<int> _starts = [0];
    private readonly int _length;

    public TextPlaces(string text)
    {
        _length = text.Length;
        for (var index = text.IndexOf('\n', StringComparison.Ordinal); index >= 0; index = text.IndexOf('\n', index + 1))
        {
            _starts.Add(index + 1);
        }
    }

    public (int Line, int Column) At(long index)
    {
        var offset = (int)Math.Min(index, _length);
        var found = _starts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, offset - _starts[line] + 1);
    }
}
