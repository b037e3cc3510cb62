using System.Text;
using Orchestrator.Storage;

namespace Orchestrator.Testing.Stores;

/// <summary>Changes lines of a run's log, as damage does.</summary>
public static class RunLogLines
{
    /// <summary>What the line has that says what the first attempt executes.</summary>
    public const string Prepared = "\"name\":\"prepared-1\"";

    /// <summary>What the line has that says which outputs the first attempt has.</summary>
    public const string Outputs = "\"name\":\"outputs-1\"";

    /// <summary>Changes the one line that has this content.</summary>
    /// <param name="change">Gives the new line; an empty one is removed.</param>
    public static string Change(string log, string content, Func<string, string> change)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(change);
        var lines = log.Split('\n').ToList();
        var place = lines.FindIndex(line => line.Contains(content, StringComparison.Ordinal));
        if (place < 0 || lines.FindIndex(place + 1, line => line.Contains(content, StringComparison.Ordinal)) >= 0)
        {
            throw new ArgumentException($"Not one line has {content}: {log}", nameof(content));
        }

        lines[place] = change(lines[place]);
        if (lines[place].Length == 0)
        {
            lines.RemoveAt(place);
        }

        return string.Join('\n', lines);
    }

    /// <summary>Changes the one line of the file that has this content.</summary>
    public static async Task ChangeAsync(string file, string content, Func<string, string> change) =>
        await File.WriteAllTextAsync(file, Change(await File.ReadAllTextAsync(file), content, change));

    /// <summary>Changes the one line of the log in a store that has this content.</summary>
    public static async Task ChangeAsync(IContentStore store, ContentKey log, string content, Func<string, string> change)
    {
        ArgumentNullException.ThrowIfNull(store);
        var changed = Change(Encoding.UTF8.GetString((await store.GetAsync(log))!.Bytes.Span), content, change);
        await store.DeleteAsync(log);
        await store.AppendAsync(log, Encoding.UTF8.GetBytes(changed));
    }

    /// <summary>The line with another record, and the checksum of that.</summary>
    public static string Framed(string line, Func<string, string> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (RecordFrame.Read(Encoding.UTF8.GetBytes(line), null, out var record) is { } damage)
        {
            throw new ArgumentException($"The line {damage}: {line}", nameof(line));
        }

        using var framed = new MemoryStream();
        RecordFrame.Write(framed, null, Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(record.Span))));
        return Encoding.UTF8.GetString(framed.ToArray()).TrimEnd('\n');
    }
}
