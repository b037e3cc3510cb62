using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Reads scores from the rows of one Markdown table, line by line. Not thread-safe.</summary>
internal sealed partial class ScoreTable
{
    private List<string> _previous = [];
    private List<string>? _header;

    /// <summary>Reads a line; true if it is a row with a score, or the ruler below the header.</summary>
    public bool Read(string line, JsonObject scores)
    {
        if (line[0] != '|' && _header is null && !IsRuler(line))
        {
            _previous = Cells(line);
            return false;
        }

        if (IsRuler(line))
        {
            _header = _previous;
            return true;
        }

        return line.Contains('|', StringComparison.Ordinal) && ReadRow(line, scores);
    }

    /// <summary>Reads a row; false if it has no score.</summary>
    public bool ReadRow(string line, JsonObject scores)
    {
        var cells = Cells(line);
        _previous = cells;
        var named = cells.FindIndex(cell => cell.Any(char.IsLetter) && Value(cell) is null);
        return named < 0 ? ReadUnderHeader(cells, scores) : ReadNamed(cells, named, scores);
    }

    private bool ReadNamed(List<string> cells, int named, JsonObject scores)
    {
        var column = _header?.FindIndex(named + 1 <= _header.Count ? named + 1 : 0, cell => ScoreColumn().IsMatch(cell)) ?? -1;
        var value = column >= 0 && column < cells.Count ? Value(cells[column]) : null;
        value ??= cells.Skip(named + 1).Select(Value).FirstOrDefault(found => found is not null);
        var label = ScoreLabel.Before(cells[named], cells[named].TrimEnd(':').Length, 0);
        return value is not null && label is not null && label.Assign(scores, value);
    }

    // The criteria are the columns: "| Clarity | Depth |" over "| 8 | 7 |".
    private bool ReadUnderHeader(List<string> cells, JsonObject scores)
    {
        var found = false;
        for (var i = 0; _header is not null && i < Math.Min(cells.Count, _header.Count); i++)
        {
            found |= Value(cells[i]) is { } value && ScoreLabel.Before(_header[i], _header[i].Length, 0) is { } label && label.Assign(scores, value);
        }

        return found;
    }

    private static ScoreValue? Value(string cell) =>
        !cell.Any(char.IsAsciiDigit) ? null
        : ScoreValue.Whole(cell) ?? (ScoreValue.At(cell, 0, worded: false) is { IsFraction: true } fraction ? fraction : null);

    private static bool IsRuler(string line) =>
        line.Contains("--", StringComparison.Ordinal) && line.Contains('|', StringComparison.Ordinal) && !line.AsSpan().ContainsAnyExcept("|-: \t");

    private static List<string> Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    [GeneratedRegex(@"\b(?:scores?|ratings?|points|grade|marks?|value|result)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ScoreColumn();
}
