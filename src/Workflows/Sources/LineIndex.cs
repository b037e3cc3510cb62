using System.Text;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Converts byte offsets of a UTF-8 text into lines and columns, both from 1, columns in characters. Ascending offsets take linear time in all, even
/// in a text of one line. Not thread-safe.
/// </summary>
internal sealed class Utf8LineIndex
{
    private readonly List<int> _starts = [0];
    private int _lastOffset;
    private int _lastColumn = 1;

    public Utf8LineIndex(ReadOnlySpan<byte> utf8)
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

    /// <summary>The column of a byte of a line.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="byteInLine">The offset of the byte in its line, from 0.</param>
    public int Column(ReadOnlySpan<byte> utf8, int line, int byteInLine)
    {
        var start = _starts[Math.Min(line, _starts.Count) - 1];
        var length = Math.Clamp(byteInLine, 0, utf8.Length - start);
        return Encoding.UTF8.GetCharCount(utf8.Slice(start, length)) + 1;
    }
}

/// <summary>
/// Converts character offsets of a text into lines and columns, both from 1. Lines end with LF, as in editors. Immutable and thread-safe.
/// </summary>
internal sealed class LineIndex
{
    private readonly List<int> _starts = [0];
    private readonly int _length;

    public LineIndex(string text)
    {
        _length = text.Length;
        for (var index = text.IndexOf('\n', StringComparison.Ordinal); index >= 0; index = text.IndexOf('\n', index + 1))
        {
            _starts.Add(index + 1);
        }
    }

    public (int Line, int Column) Position(long index)
    {
        var offset = (int)Math.Min(index, _length);
        var found = _starts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, offset - _starts[line] + 1);
    }
}
