using System.Buffers;
using System.Text;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>
/// Replaces control characters by U+FFFD, since models, tools, servers and files write much of what is printed: such characters could set colours and
/// titles, move the cursor and type answers for the user. Line breaks and tabs stay. Not thread-safe.
/// </summary>
internal sealed class ShownText(TextWriter shown) : TextWriter
{
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private bool _afterReturn;

    public override Encoding Encoding => shown.Encoding;

    /// <summary>Whether a writer prints on the terminal, and not into a file, a pipe or a test's buffer.</summary>
    public static bool IsTerminal(TextWriter writer) => ReferenceEquals(Unfiltered(writer), Console.Out) && !Console.IsOutputRedirected;

    /// <summary>A Spectre console, which writes its own control characters past the filter and must be given none in texts.</summary>
    /// <param name="color">Whether colours and other control sequences are used as far as the terminal has them; false for plain text.</param>
    /// <param name="interactive">Whether drawings are replaced in place, as far as the terminal can.</param>
    public static IAnsiConsole Terminal(TextWriter writer, bool color, bool interactive) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = color ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        Out = new AnsiConsoleOutput(Unfiltered(writer)),
    });

    public override void Write(char value)
    {
        ReadOnlySpan<char> one = [value];
        Write(one);
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (!buffer.IsEmpty)
        {
            // A carriage return overwrites the line unless a line feed follows, which may come with the next call.
            if (_afterReturn)
            {
                _afterReturn = false;
                shown.Write(buffer[0] == '\n' ? '\r' : '\uFFFD');
            }

            var plain = buffer.IndexOfAny(Controls);
            if (plain < 0)
            {
                shown.Write(buffer);
                return;
            }

            shown.Write(buffer[..plain]);
            var control = buffer[plain];
            buffer = buffer[(plain + 1)..];
            if (control == '\r')
            {
                _afterReturn = true;
            }
            else
            {
                shown.Write(control is '\n' or '\t' ? control : '\uFFFD');
            }
        }
    }

    public override void Flush() => shown.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => shown.FlushAsync(cancellationToken);

    private static TextWriter Unfiltered(TextWriter writer) => writer is ShownText text ? text.Target() : writer;

    private TextWriter Target() => shown;
}
