namespace Orchestrator.Workflows.Serialization;

/// <summary>Mends JSON whose escapes hold half a surrogate pair: JavaScript reads it, .NET does not.</summary>
public static class JsonSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>The same JSON with U+FFFD for every half of a pair that stands alone; the length stays.</summary>
    public static byte[] Mend(ReadOnlySpan<byte> json)
    {
        var mended = json.ToArray();
        for (var i = 0; i < mended.Length; i++)
        {
            if (mended[i] != '\\')
            {
                continue;
            }

            var rest = mended.AsSpan(i);
            if (IsHalf(rest, "89ab"u8) && IsHalf(rest[EscapeLength..], "cdef"u8))
            {
                i += (2 * EscapeLength) - 1;
            }
            else if (IsHalf(rest, "89abcdef"u8))
            {
                "\\ufffd"u8.CopyTo(rest);
                i += EscapeLength - 1;
            }
            else
            {
                // What follows a backslash begins no escape of its own.
                i++;
            }
        }

        return mended;
    }

    private static bool IsHalf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> thirdDigit) =>
        text.Length >= EscapeLength && text[0] == '\\' && text[1] == 'u' && text[2] is (byte)'d' or (byte)'D'
        && thirdDigit.Contains((byte)(text[3] | 0x20));
}
