using System.Text;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Where each line of a UTF-8 text begins, so that a byte offset becomes a line and a column in characters. Positions asked for in ascending order
/// cost together what the text is long, even when it is one line. Not thread-safe.
/// </summary>
internal sealed class LineIndex
{
    private readonly List<int> _starts = [0];
    private int _lastOffset;
    private int _lastColumn = 1;

    public LineIndex(ReadOnlySpan<byte> utf8)
    {
        for (var index = 0; index < utf8.Length; index++)
        {
            if (utf8[index] == (byte)'\n')
            {
                _starts.Add(index + 1);
            }
        }
    }

    public (int Line, int Column) Position(ReadOnlySpan<byte> utf8, int offset)
    {
        var found = _starts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        if (_lastOffset < _starts[line] || _lastOffset > offset)
        {
            (_lastOffset, _lastColumn) = (_starts[line], 1);
        }

        _lastColumn += Encoding.UTF8.GetCharCount(utf8[_lastOffset..offset]);
        _lastOffset = offset;
        return (line + 1, _lastColumn);
    }

    /// <summary>The column, from 1, of the byte at <paramref name="byteInLine"/> of <paramref name="line"/>.</summary>
    public int Column(ReadOnlySpan<byte> utf8, int line, int byteInLine)
    {
        var start = _starts[Math.Min(line, _starts.Count) - 1];
        var length = Math.Clamp(byteInLine, 0, utf8.Length - start);
        return Encoding.UTF8.GetCharCount(utf8.Slice(start, length)) + 1;
    }
}
