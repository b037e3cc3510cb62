using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Encodes instance ids as file names. Lower-case letters, digits, <c>-</c> and <c>_</c> are kept; an upper-case letter becomes <c>+</c> and its
/// lower-case letter, for file systems that ignore case; every other byte becomes <c>=</c> and two hexadecimal digits. A name that is too long ends
/// in a hash, and the id is in the file's header.
/// </summary>
internal static class InstanceFileName
{
    public const string Extension = ".jsonl";
    private const int MaxEncodedLength = 180;
    private const int KeptPrefixLength = 80;
    private const string HashMark = "==";

    public static string Encode(JournalId id) => Encode(id.InstanceId) + '~' + id.Generation.ToString(CultureInfo.InvariantCulture) + Extension;

    /// <summary>The prefix of all file names of an instance, before a <c>~</c> or a dot.</summary>
    public static string Encode(string instanceId)
    {
        var name = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(instanceId))
        {
            var character = (char)value;
            if (char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_')
            {
                name.Append(character);
            }
            else if (char.IsAsciiLetterUpper(character))
            {
                name.Append('+').Append(char.ToLowerInvariant(character));
            }
            else
            {
                name.Append('=').Append(value.ToString("x2", CultureInfo.InvariantCulture));
            }
        }

        if (name.Length > MaxEncodedLength)
        {
            name.Length = KeptPrefixLength;
            name.Append(HashMark).Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instanceId))));
        }

        return name.ToString();
    }

    /// <summary>Decodes a file name: the id; null when it is in the header only, or the file does not belong to the journal.</summary>
    /// <param name="fileName">A name with its extension, without a folder.</param>
    /// <param name="isHistory">Whether the file is a history of the journal.</param>
    public static JournalId? Decode(string fileName, out bool isHistory)
    {
        isHistory = false;
        var tilde = fileName.LastIndexOf('~');
        if (tilde < 0
            || !fileName.EndsWith(Extension, StringComparison.Ordinal)
            || !int.TryParse(
                fileName.AsSpan(tilde + 1, fileName.Length - tilde - 1 - Extension.Length),
                NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
        {
            return null;
        }

        var name = fileName.AsSpan(0, tilde);
        if (name.Contains(HashMark, StringComparison.Ordinal))
        {
            isHistory = true;
            return null;
        }

        var bytes = new List<byte>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '+' && i + 1 < name.Length)
            {
                bytes.Add((byte)char.ToUpperInvariant(name[++i]));
            }
            else if (name[i] == '='
                && i + 2 < name.Length
                && byte.TryParse(name.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.Add((byte)name[i]);
            }
        }

        // Only the canonical name is accepted: a copy with another name ("a~00", "A~0") would be a second history of the same instance.
        var id = new JournalId(Encoding.UTF8.GetString([.. bytes]), generation);
        isHistory = Encode(id) == fileName;
        return isHistory ? id : null;
    }
}
