using System.IO.Enumeration;

namespace Orchestrator.Activities.Stores.Files;

/// <summary>The keys below a folder, in ordinal order, one folder in memory at a time per level.</summary>
internal static class FolderWalk
{
    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>
    /// Every file whose path below <paramref name="root"/> is a key that the prefix covers. Other names are not ours and are passed over.
    /// </summary>
    public static async IAsyncEnumerable<ContentKey> KeysAsync(string root, ContentPrefix prefix)
    {
        var levels = new Stack<IEnumerator<Entry>>();
        levels.Push(await EntriesAsync(root, prefix.Folder, prefix.Start));
        while (levels.TryPeek(out var level))
        {
            if (!level.MoveNext())
            {
                levels.Pop();
            }
            else if (level.Current.IsFolder)
            {
                levels.Push(await EntriesAsync(root, level.Current.Key, ""));
            }
            else
            {
                yield return ContentKey.Parse(level.Current.Key);
            }
        }
    }

    /// <summary>Temporary files below <paramref name="root"/> that were last written before <paramref name="before"/>.</summary>
    public static IEnumerable<string> Leftovers(string root, DateTimeOffset before) =>
        new FileSystemEnumerable<string>(
            root,
            (ref entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        {
            ShouldIncludePredicate = (ref entry) =>
                !entry.IsDirectory && entry.FileName.Contains(DurableFile.TemporaryMark) && entry.LastWriteTimeUtc < before,
        };

    private static async Task<IEnumerator<Entry>> EntriesAsync(string root, string folder, string start)
    {
        var path = Path.Combine(root, folder);
        try
        {
            var entries = await DiskScheduler.RunAsync(() => Entries(path, folder, start));
            return ((IEnumerable<Entry>)entries).GetEnumerator();
        }
        catch (DirectoryNotFoundException)
        {
            return Enumerable.Empty<Entry>().GetEnumerator();
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            if (File.Exists(path))
            {
                return Enumerable.Empty<Entry>().GetEnumerator();
            }

            throw FileErrors.Translate(exception, path);
        }
    }

    private static Entry[] Entries(string path, string folder, string start)
    {
        var above = folder.Length == 0 ? "" : folder + "/";
        Entry[] entries =
        [
            .. new FileSystemEnumerable<Entry>(path, (ref entry) => new Entry(above + entry.FileName.ToString(), entry.IsDirectory), OneLevel)
            {
                ShouldIncludePredicate = (ref entry) =>
                    entry.FileName.StartsWith(start, StringComparison.Ordinal)
                    && above.Length + entry.FileName.Length <= ContentKey.MaxLength
                    && ContentKey.IsSegment(entry.FileName.ToString()),
            },
        ];

        // As whole keys sort: below 'a' comes 'a/…', which stands after 'a-b' and 'a.b'.
        Array.Sort(entries, (left, right) => string.CompareOrdinal(left.Order, right.Order));
        return entries;
    }

    private sealed record Entry(string Key, bool IsFolder)
    {
        public string Order { get; } = IsFolder ? Key + "/" : Key;
    }
}
