using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.Storage.Files;

/// <summary>The changes of several writes whose conditions hold, in their order. The caller holds the locks of the keys. Not thread-safe.</summary>
/// <param name="pathOf">The path of a key.</param>
/// <param name="flush">Whether new folders are durable when a write is added.</param>
internal sealed class FileBatch(Func<ContentKey, string> pathOf, bool flush) : IDisposable
{
    private readonly Dictionary<string, (SafeFileHandle File, long End)> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _etags = new(StringComparer.Ordinal);

    public List<FileChange> Changes { get; } = [];

    /// <summary>What each write returns when the changes were made.</summary>
    public List<ContentWritten> Made { get; } = [];

    /// <summary>Adds a write. Returns false, and adds nothing, when its condition does not hold after the writes before it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be used.</exception>
    /// <exception cref="ContentStoreException">The present value cannot be read.</exception>
    public bool TryAdd(ContentWrite write)
    {
        var path = pathOf(write.Key);
        if (write.Kind == ContentWriteKind.Append)
        {
            AddAppend(path, write.Content);
            return true;
        }

        var pending = _etags.GetValueOrDefault(path);
        var holds = write.Kind switch
        {
            ContentWriteKind.Create => pending is null && !File.Exists(path),
            ContentWriteKind.Replace => pending is null ? ValueFile.HasETag(path, write.ETag!) : pending == write.ETag,
            _ => true,
        };
        if (holds)
        {
            Changes.Add(new FileReplacement(path, write.Content));
            Made.Add(new ContentWritten(_etags[path] = ValueFile.ETagOf(write.Content.Span), null));
        }

        return holds;
    }

    public void Dispose()
    {
        foreach (var (file, _) in _logs.Values)
        {
            file.Dispose();
        }
    }

    private void AddAppend(string path, ReadOnlyMemory<byte> content)
    {
        if (!_logs.TryGetValue(path, out var log))
        {
            var file = DurableFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, flush);
            _logs[path] = log = (file, 0);
            log.End = DurableFile.EndOfLines(file);
        }

        Changes.Add(new FileAppend(path, [content], log.End, log.File));
        _logs[path] = log with { End = log.End + content.Length };
        Made.Add(new ContentWritten(null, log.End + content.Length));
    }
}
