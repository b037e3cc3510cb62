using System.Buffers;
using System.Text;

namespace Orchestrator.Cli.Output;

/// <summary>
/// Shows text and executes none of it: control characters, which steer a terminal (colours, titles, the cursor, answers typed for the user), become U+FFFD.
/// Models, tools, servers and files write much of what is shown. Line breaks and tabs stay. Not thread-safe.
/// </summary>
internal sealed class ShownText(TextWriter shown) : TextWriter
{
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private bool _afterReturn;

    public override Encoding Encoding => shown.Encoding;

    /// <summary>The writer below, for what makes its own control characters and shows none of others'.</summary>
    public static TextWriter Below(TextWriter writer) => writer is ShownText text ? text.Below() : writer;

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
            // A return goes back to the beginning of the line unless a new one follows, perhaps with the next piece.
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

    private TextWriter Below() => shown;
}
