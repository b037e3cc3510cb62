using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// File names for histories. Ids come from users, so nothing of them reaches a path unencoded: small letters, digits, <c>-</c> and <c>_</c> stand for
/// themselves, a capital is <c>+</c> and its small letter (file systems may not tell them apart), everything else <c>=</c> and two hex digits per byte.
/// A name that would become too long ends in a hash; the file's header knows the id then.
/// </summary>
internal static class InstanceFileName
{
    public const string Extension = ".jsonl";
    private const int LongestEncoded = 180;
    private const int KeptOfLong = 80;
    private const string HashMark = "==";

    public static string Encode(JournalId id) => Encode(id.InstanceId) + '~' + id.Generation.ToString(CultureInfo.InvariantCulture) + Extension;

    /// <summary>The beginning of the names of everything of an instance, up to a <c>~</c> or a dot.</summary>
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

        if (name.Length > LongestEncoded)
        {
            name.Length = KeptOfLong;
            name.Append(HashMark).Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instanceId))));
        }

        return name.ToString();
    }

    /// <summary>What a name says: the id, or null when only the header knows it or the file does not belong to the journal.</summary>
    /// <param name="fileName">A name with its extension, without a folder.</param>
    /// <param name="isHistory">False for a file that this program did not name.</param>
    public static JournalId? Decode(string fileName, out bool isHistory)
    {
        isHistory = false;
        var tilde = fileName.LastIndexOf('~');
        if (tilde < 0
            || !fileName.EndsWith(Extension, StringComparison.Ordinal)
            || !int.TryParse(
                fileName.AsSpan(tilde + 1, fileName.Length - tilde - 1 - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
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

        // Every history has one name: a copy under a second one ("a~00", "A~0") would be the same instance twice.
        var id = new JournalId(Encoding.UTF8.GetString([.. bytes]), generation);
        isHistory = Encode(id) == fileName;
        return isHistory ? id : null;
    }
}
