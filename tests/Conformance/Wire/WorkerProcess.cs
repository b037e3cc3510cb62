using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>A worker process as its host sees it: what is asked and answered over the stream that the process opens. Thread-safe.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>Far more than a start takes on a loaded machine: a worker that reaches it does not start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _open = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(string id, Process process, Action ended)
    {
        Id = id;
        _process = process;
        process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exit = ExitAsync(ended);
    }

    public string Id { get; }

    /// <summary>The exit code, once it has ended.</summary>
    public Task<int> Exit { get; }

    /// <summary>What it printed and logged, for the message of a test that fails.</summary>
    public string Log => string.Join('\n', _lines);

    /// <param name="start">The program with what the host always adds to its arguments missing.</param>
    /// <param name="host">Where the host listens for workers.</param>
    /// <param name="ended">Called when the process has ended, before those who wait for its answers are told.</param>
    public static WorkerProcess Start(ProcessStartInfo start, Uri host, Action ended)
    {
        var id = Guid.NewGuid().ToString();
        string[] arguments =
        [
            "--host", host.Host, "--port", $"{host.Port}", "--workerId", id, "--requestId", id, "--grpcMaxMessageLength", $"{int.MaxValue}",
            "--functions-uri", host.AbsoluteUri, "--functions-worker-id", id, "--functions-request-id", id, "--functions-grpc-max-message-length",
            $"{int.MaxValue}",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        return new WorkerProcess(id, Process.Start(start)!, ended);
    }

    /// <summary>Carries messages until the stream or the process ends.</summary>
    public async Task ServeAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken ended)
    {
        _connected.SetResult();
        var sending = SendAsync();
        try
        {
            await foreach (var message in incoming.ReadAllAsync(ended))
            {
                if (message.ContentCase == StreamingMessage.ContentOneofCase.RpcLog)
                {
                    _lines.Enqueue($"{message.RpcLog.Category}: {message.RpcLog.Message} {message.RpcLog.Exception?.Message}");
                }
                else if (_open.TryRemove(message.InvocationResponse?.InvocationId ?? message.RequestId, out var answer))
                {
                    answer.SetResult(message);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The process has ended: Exit says so to all who wait.
        }

        _outgoing.Writer.TryComplete();
        await sending;

        async Task SendAsync()
        {
            try
            {
                await foreach (var message in _outgoing.Reader.ReadAllAsync(ended))
                {
                    await outgoing.WriteAsync(message, ended);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
            {
                // As above.
            }
        }
    }

    /// <summary>Waits until the process has opened its stream.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not connect in time.</exception>
    public async Task ConnectAsync()
    {
        if (await Task.WhenAny(_connected.Task, Exit, Task.Delay(Patience)) != _connected.Task)
        {
            throw new InvalidOperationException($"The worker process did not connect to its host:\n{Log}");
        }
    }

    /// <summary>Sends the message and waits for the answer.</summary>
    /// <exception cref="WorkerExitedException">The process ended first.</exception>
    public async Task<StreamingMessage> AskAsync(StreamingMessage message)
    {
        if (message.RequestId.Length == 0)
        {
            message.RequestId = Guid.NewGuid().ToString();
        }

        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[message.InvocationRequest?.InvocationId ?? message.RequestId] = answer;
        _outgoing.Writer.TryWrite(message);
        return await Task.WhenAny(answer.Task, Exit) == answer.Task ? await answer.Task : throw new WorkerExitedException(await Exit);
    }

    /// <summary>Ends the process without a chance to clean up, as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Exit;
    }

    /// <summary>Asks it to end, as a stopping host does, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryWrite(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });
        if (await Task.WhenAny(Exit, Task.Delay(TimeSpan.FromSeconds(5))) != Exit)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<int> ExitAsync(Action ended)
    {
        await _process.WaitForExitAsync();
        ended();
        return _process.ExitCode;
    }
}
