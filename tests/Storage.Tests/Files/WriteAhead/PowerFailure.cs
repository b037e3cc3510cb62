using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.Storage.Tests.Files.WriteAhead;

/// <summary>
/// What a power failure may leave of a folder: of the log everything up to its last flush, of a file that was flushed before the log's first record of
/// it that state, and of everything else anything.
/// </summary>
/// <param name="root">The folder of the log, whose users have ended.</param>
internal sealed class PowerFailure(string root, Random random)
{
    private readonly string _folder = Path.Join(root, "~wal");

    /// <param name="flushed">The length of the newest segment when it was last flushed, in bytes.</param>
    public void Strike(long flushed)
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        var numbers = WalSegment.NumbersIn(_folder);
        var first = new Dictionary<string, FileChange>(StringComparer.Ordinal);
        foreach (var number in numbers)
        {
            using var segment = WalSegment.Open(_folder, number);
            foreach (var change in segment.Read(root, WalSegment.Start, out _))
            {
                if (change is FileFlushed)
                {
                    first.Remove(change.Path);
                }
                else
                {
                    first.TryAdd(change.Path, change);
                }
            }

            if (number == numbers[^1])
            {
                segment.Truncate(random.NextInt64(flushed, segment.Length + 1));
            }
        }

        foreach (var change in first.Values)
        {
            Damage(change.Path, change is FileAppend append ? append.Offset : 0);
        }
    }

    /// <param name="durable">How many bytes at the beginning of the file are durable.</param>
    private void Damage(string path, long durable)
    {
        var kind = random.Next(5);
        if (kind == 0)
        {
            return;
        }

        if (!File.Exists(path))
        {
            // A deletion that was lost.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "came back\n");
            return;
        }

        if (durable == 0 && kind == 1)
        {
            File.Delete(path);
            return;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var length = RandomAccess.GetLength(file);
        var from = random.NextInt64(durable, Math.Max(durable, length) + 1);
        RandomAccess.SetLength(file, from);
        if (kind > 2)
        {
            // The length was written, and the content was not.
            RandomAccess.SetLength(file, Math.Max(length, from));
        }
    }
}
