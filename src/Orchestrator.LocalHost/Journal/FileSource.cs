using Microsoft.Win32.SafeHandles;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The first so many bytes of a history file: what comes behind them is not durable yet.</summary>
internal sealed class FileSource : IJournalSource, IDisposable
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
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(problem);
        }
    }

    public string Location { get; }

    /// <summary>How much of the file is read, in bytes.</summary>
    public long Length { get; set; }

    /// <summary>The whole of a file as it is now; null when there is none, also when it is deleted at this moment.</summary>
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
        catch (JournalException problem) when (problem.InnerException is FileNotFoundException)
        {
            return null;
        }
    }

    public bool CanBeTorn => true;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var wanted = (int)Math.Min(buffer.Length, Length - _offset);
        if (wanted <= 0)
        {
            return 0;
        }

        try
        {
            var read = await RandomAccess.ReadAsync(_file, buffer[..wanted], _offset, cancellation).ConfigureAwait(false);
            _offset += read;
            return read;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(problem);
        }
    }

    public void Dispose() => _file.Dispose();

    private JournalException Unreadable(Exception problem) => new(
        $"The history in '{Location}' cannot be read: {problem.Message} Give this user the right to read and write it, or repair the disk, then restart. "
        + "Nothing was changed.",
        problem);
}
