using Orchestrator.Storage.Files.WriteAhead;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Changes the files of a store durably: through a write-ahead log, or each with its own flush. The caller holds the locks of the keys. Blocking: call
/// it on <see cref="DiskThreads"/>. Thread-safe.
/// </summary>
/// <param name="root">The store's folder.</param>
/// <param name="log">The log of that folder or one above; null: each file is flushed.</param>
internal sealed class FileWriter(string root, WriteAheadLog? log)
{
    /// <summary>Writes the whole file atomically: after a crash it is the old one or the new one.</summary>
    /// <returns>False when <paramref name="overwrite"/> is false and the file exists; it stays as it is.</returns>
    /// <exception cref="ContentStoreException">The disk failed.</exception>
    public bool Write(string path, ReadOnlyMemory<byte> content, bool overwrite) => Translated(path, () =>
    {
        if (log is null)
        {
            return DurableFile.Write(path, content, overwrite, flush: true);
        }

        log.Commit([new FileReplacement(path, content)], flush: true);
        return true;
    });

    /// <summary>
    /// Appends the parts to the file, which is created when it is missing. An incomplete last line, which a crash left, is truncated first; so is a
    /// failed append.
    /// </summary>
    /// <param name="flush">Whether the whole file is durable afterwards, with what was appended before without a flush.</param>
    /// <returns>The offset at which the first part begins, in bytes.</returns>
    /// <exception cref="ContentStoreException">The disk failed.</exception>
    public long Append(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool flush) => Translated(path, () =>
    {
        using var file = DurableFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, flush: log is null);
        var start = DurableFile.EndOfLines(file);
        Append(new FileAppend(path, parts, start, file), flush);
        return start;
    });

    /// <summary>Deletes files, and the folders that are empty then.</summary>
    /// <returns>The number of deleted files.</returns>
    /// <exception cref="ContentStoreException">The disk failed.</exception>
    public int Delete(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return 0;
        }

        if (log is not null)
        {
            var deletions = paths.Select(path => new FileDeletion(path, root)).ToList();
            return Translated(paths[0], () =>
            {
                log.Commit(deletions, flush: true);
                return deletions.Count(deletion => deletion.IsMade);
            }, FileErrors.Translate);
        }

        var left = paths.Select(path => Translated(path, () => DurableFile.Delete(path, root), FileErrors.Translate)).OfType<string>().ToList();
        foreach (var folder in left.Distinct())
        {
            Translated(folder, () =>
            {
                DiskFlush.FlushFolder(folder);
                return true;
            });
        }

        return left.Count;
    }

    /// <summary>Makes the writes of <see cref="IContentStore.WriteAsync"/> in their order, with one flush if there is a log.</summary>
    /// <param name="pathOf">The path of a key.</param>
    /// <exception cref="ContentStoreException">The disk failed. Some of the writes may have been made.</exception>
    public IReadOnlyList<ContentWritten> Write(IReadOnlyList<ContentWrite> writes, Func<ContentKey, string> pathOf)
    {
        using var batch = new FileBatch(pathOf, flush: log is null);
        foreach (var write in writes)
        {
            if (!Translated(pathOf(write.Key), () => batch.TryAdd(write)))
            {
                break;
            }
        }

        if (log is not null && batch.Changes.Count > 0)
        {
            Translated(batch.Changes[0].Path, () => Commit(batch.Changes));
        }
        else
        {
            batch.Changes.ForEach(change => Translated(change.Path, () => Flush(change)));
        }

        return batch.Made;
    }

    /// <summary>
    /// Call it when the lock of a key is held, before the key's file is read: the process that held the lock before may have been killed.
    /// </summary>
    /// <exception cref="ContentStoreException">The disk failed.</exception>
    public void CatchUp()
    {
        if (log is not null)
        {
            Translated(root, () =>
            {
                log.CatchUp();
                return true;
            }, FileErrors.Translate);
        }
    }

    /// <summary>Removes what the log has of deleted and replaced files.</summary>
    /// <exception cref="ContentStoreException">The disk failed.</exception>
    public void EraseDeleted()
    {
        if (log is not null)
        {
            Translated(root, () =>
            {
                log.Renew();
                return true;
            }, FileErrors.Translate);
        }
    }

    private bool Commit(List<FileChange> changes)
    {
        log!.Commit(changes, flush: true);
        return true;
    }

    private static bool Flush(FileChange change)
    {
        change.Make(flush: true);
        return true;
    }

    private void Append(FileAppend append, bool flush)
    {
        if (log is null)
        {
            append.Make(flush);
        }
        else
        {
            log.Commit([append], flush);
        }
    }

    private static T Translated<T>(string path, Func<T> work, Func<Exception, string, string?, ContentStoreException>? translate = null)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw translate?.Invoke(exception, path, null) ?? FileErrors.TranslateWrite(exception, path);
        }
    }
}
