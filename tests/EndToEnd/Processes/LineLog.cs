namespace Orchestrator.EndToEnd.Processes;

/// <summary>The lines of a process's output: keeps all, and lets a test wait for one. Thread-safe.</summary>
internal sealed class LineLog
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LineLog(StreamReader reader) => Ended = ReadAsync(reader);

    /// <summary>Completes with the end of the output.</summary>
    public Task Ended { get; }

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>The first line, past or future, that has this text.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the output ended without it; the message has what came.</exception>
    public async Task<string> WaitForAsync(string text)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        for (var next = 0; ; next++)
        {
            if (await LineAsync(next, timeout.Token) is not { } line)
            {
                throw new TimeoutException($"No line with '{text}' came. What came:\n{Text}");
            }

            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    private async Task<string?> LineAsync(int index, CancellationToken timeout)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (index < _lines.Count)
                {
                    return _lines[index];
                }

                changed = _changed.Task;
            }

            var ended = Ended.IsCompleted;
            if (ended || await Task.WhenAny(changed, Ended, Task.Delay(Timeout.Infinite, timeout)) is { IsCanceled: true })
            {
                return null;
            }
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                _lines.Add(line);
                (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            changed.SetResult();
        }
    }
}
