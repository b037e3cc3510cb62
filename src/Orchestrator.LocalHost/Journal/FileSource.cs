using Microsoft.Win32.SafeHandles;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The first so many bytes of a history file: what comes behind them is not durable yet.</summary>
internal sealed class FileSource : IJournalSource, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private long _offset;

    /// <exception cref="JournalException">The file cannot be opened.</exception>
    public FileSource(string path, long length)
    {
        Location = path;
        _length = length;
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

    public bool CanBeTorn => true;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var wanted = (int)Math.Min(buffer.Length, _length - _offset);
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
