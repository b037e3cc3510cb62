namespace Orchestrator.Testing.Mutations;

/// <summary>Reads many spoiled texts and finds those for which the reader throws, allocates too much or takes too long.</summary>
/// <param name="read">Reads a text on the calling thread; every exception is a failure.</param>
public sealed class MutationRun(Mutator mutator, Action<byte[]> read)
{
    /// <summary>Bytes that any case may allocate: the expansion of aliases, and one-time initialization.</summary>
    private const long FixedBytes = 64L * 1024 * 1024;

    /// <summary>Bytes that a case may allocate for each byte of its text.</summary>
    private const long BytesPerByte = 8 * 1024;

    /// <summary>Processor time, far above that of the slowest case: reading that is not linear exceeds it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>The most bytes that a case has allocated by now, for each byte of its text, of texts from 1,000 bytes.</summary>
    public double MostBytesPerByte { get; private set; }

    /// <summary>The most processor time that a case took by now.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>The case that took longest.</summary>
    public int SlowestIndex { get; private set; }

    /// <summary>Checks the case: what is wrong with it; null when nothing is.</summary>
    public string? Check(int index)
    {
        var text = mutator.Make(index);
        var before = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan took;
        try
        {
            took = CpuTime.Of(() => read(text));
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception}";
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        MostBytesPerByte = Math.Max(MostBytesPerByte, text.Length < 1000 ? 0 : (double)allocated / text.Length);
        (Slowest, SlowestIndex) = took > Slowest ? (took, index) : (Slowest, SlowestIndex);
        return allocated > FixedBytes + (BytesPerByte * text.Length) ? $"{allocated:N0} bytes were allocated for a text of {text.Length:N0}."
            : took > Longest ? $"It took {took} of processor time."
            : null;
    }
}
