using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage.Files;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Reads the first <see cref="Length"/> bytes of a history file; the bytes after them are not durable yet.</summary>
internal sealed class FileSource : IJournalSource
{
    private readonly SafeFileHandle _file;
    private long _offset;

    /// <exception cref="JournalException">The file cannot be opened.</exception>
    public FileSource(string path, long length)
    {
        Location = path;
        Length = length;
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw Unreadable(exception);
        }
    }

    public string Location { get; }

    /// <summary>The number of bytes to read.</summary>
    public long Length { get; set; }

    /// <summary>Opens a file with its current length; null when there is none.</summary>
    /// <exception cref="JournalException">The file cannot be opened.</exception>
    public static FileSource? TryOpen(string path, out long length)
    {
        length = 0;
        try
        {
            length = new FileInfo(path).Length;
            return new FileSource(path, length);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JournalException exception) when (exception.InnerException is FileNotFoundException)
        {
            return null;
        }
    }

    public bool CanBeTorn => true;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - _offset);
        if (wanted <= 0)
        {
            return 0;
        }

        try
        {
            var read = await RandomAccess.ReadAsync(_file, buffer[..wanted], _offset, cancellationToken).ConfigureAwait(false);
            _offset += read;
            return read;
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw Unreadable(exception);
        }
    }

    public void Dispose() => _file.Dispose();

    private JournalException Unreadable(Exception exception) => new(
        $"The history in '{Location}' cannot be read: {exception.Message} "
        + "Give this user the right to read and write it, or repair the disk, then restart. Nothing was changed.",
        exception);
}
