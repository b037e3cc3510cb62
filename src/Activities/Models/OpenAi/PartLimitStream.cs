using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// Reads another stream and limits the length of its parts, which the readers hold in memory: a line of an event stream, or a whole body.
/// Not thread-safe.
/// </summary>
/// <param name="isOnePart">Whether the whole stream is one part, line breaks included.</param>
internal sealed class PartLimitStream(Stream inner, bool isOnePart) : Stream
{
    /// <summary>Maximum length of a part, in bytes: enough for an answer of 10 Mi characters, each escaped in JSON.</summary>
    public const int MaxPartBytes = 64 * 1024 * 1024;

    private long _length;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="ModelException">A part is too long.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Count(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Count(buffer.AsSpan(offset, read));
        return read;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Count(ReadOnlySpan<byte> bytes)
    {
        var ended = isOnePart ? -1 : bytes.LastIndexOf((byte)'\n');
        _length = ended < 0 ? _length + bytes.Length : bytes.Length - ended - 1;
        if (_length > MaxPartBytes)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.PayloadTooLarge,
                $"The model's server sent a part of more than {MaxPartBytes / 1024 / 1024} MiB, so the request was aborted. "
                + "Set maxTokens, or check that server."));
        }
    }
}
