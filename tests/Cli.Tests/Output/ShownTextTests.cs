using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Tests.Output;

public sealed class ShownTextTests
{
    private readonly StringWriter _below = new();

    [Theory]
    [InlineData("plain ü 漢 😀 text\n\tand more", "plain ü 漢 😀 text\n\tand more")]
    [InlineData("\u001b[31mred\u001b[0m", "\uFFFD[31mred\uFFFD[0m")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("\u009b31m, \u0090q\u009c, \u0085", "\uFFFD31m, \uFFFDq\uFFFD, \uFFFD")]
    [InlineData("typed\b\b\b\u007f\0", "typed\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("one\r\ntwo\r\n", "one\r\ntwo\r\n")]
    [InlineData("paid 100\rpaid 1", "paid 100\uFFFDpaid 1")]
    [InlineData("a\r\r\nb", "a\uFFFD\r\nb")]
    public void Control_characters_are_shown_and_lines_and_tabs_stay_however_the_text_is_cut(string text, string shown)
    {
        for (var cut = 0; cut <= text.Length; cut++)
        {
            _below.GetStringBuilder().Clear();
            using var writer = new ShownText(_below);

            writer.Write(text[..cut]);
            writer.Write(text[cut..].AsSpan());

            Assert.Equal(shown, _below.ToString());
        }
    }

    [Fact]
    public async Task Every_way_to_write_shows_the_same()
    {
        using var writer = new ShownText(_below) { NewLine = "\n" };

        writer.Write('\u001b');
        writer.Write(['\u001b', 'a'], 0, 1);
        writer.Write("{0}", "\u001b");
        await writer.WriteAsync("\u001b".AsMemory());
        await writer.WriteLineAsync("\u001b");
        writer.WriteLine((object)"\u001b");

        Assert.Equal("\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\n\uFFFD\n", _below.ToString());
    }
}
