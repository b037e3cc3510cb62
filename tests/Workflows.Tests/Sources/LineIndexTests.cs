using System.Text;
using Orchestrator.Testing;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Tests.Sources;

public class LineIndexTests
{
    [Fact]
    public void Position_counts_lines_and_characters_in_any_order_of_offsets()
    {
        var text = Encoding.UTF8.GetBytes("aé😀b\nc\n\nüd");
        var lines = new Utf8LineIndex(text);

        int[] offsets = [0, 3, 7, 9, 10, 12, 14, 12, 3, 9, 1, 7, 0];

        Assert.Equal(
            [(1, 1), (1, 3), (1, 5), (2, 1), (2, 2), (4, 1), (4, 2), (4, 1), (1, 3), (2, 1), (1, 2), (1, 5), (1, 1)],
            offsets.Select(offset => lines.Position(text, offset)));
    }

    [Fact]
    public void Definition_of_one_long_line_is_read_in_time_linear_in_its_length()
    {
        // 8 MB on one line: counting from the start of the line for each token would take minutes.
        var text = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("1", 4_000_000))}]");
        var lines = new Utf8LineIndex(text);

        var taken = CpuTime.Of(() =>
        {
            for (var offset = 1; offset < text.Length; offset += 2)
            {
                if (lines.Position(text, offset).Column is var column && column != offset + 1)
                {
                    Assert.Fail($"Offset {offset} is at column {column}.");
                }
            }
        });

        Assert.InRange(taken.TotalSeconds, 0, 30);
    }
}
