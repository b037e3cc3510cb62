using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.EndToEnd.Processes;

/// <summary>
/// The real command in a process of its own. Every wait is for an event (a line, the end) and bounded; what is still running at the end of the test
/// is killed with all it started.
/// </summary>
internal sealed partial class OrchestratorProcess : IDisposable
{
    /// <summary>Far more than anything takes on a busy machine: reached only when something is wrong.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>With these set, tests would call real models and pay for them, or send telemetry.</summary>
    private static readonly string[] ProviderVariables =
    [
        "OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_VERSION",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];

    private readonly Process _process;

    private OrchestratorProcess(Process process)
    {
        _process = process;
        Output = new LineLog(process.StandardOutput);
        Error = new LineLog(process.StandardError);
    }

    public int Id => _process.Id;

    public LineLog Output { get; }

    public LineLog Error { get; }

    /// <summary>Starts <c>orchestrator</c> with these arguments.</summary>
    public static OrchestratorProcess Start(string workingFolder, params string[] args) =>
        Start(workingFolder, new Dictionary<string, string>(), args);

    public static OrchestratorProcess Start(string workingFolder, IReadOnlyDictionary<string, string> variables, params string[] args) =>
        Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "orchestrator.dll"), .. args]), workingFolder, variables);

    /// <summary>Starts the command of a published build.</summary>
    /// <param name="build">The folder of the build.</param>
    public static OrchestratorProcess StartBuild(string build, string workingFolder, params string[] args) =>
        Start(new ProcessStartInfo(Path.Combine(build, "orchestrator"), args), workingFolder, new Dictionary<string, string>());

    private static OrchestratorProcess Start(ProcessStartInfo start, string workingFolder, IReadOnlyDictionary<string, string> variables)
    {
        start.WorkingDirectory = workingFolder;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        ForgetProviders(start);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new OrchestratorProcess(SignalDisposition.Start(start));
    }

    /// <summary>Takes the variables away with which a process would call real models.</summary>
    public static void ForgetProviders(ProcessStartInfo start)
    {
        foreach (var name in ProviderVariables)
        {
            start.Environment.Remove(name);
        }
    }

    /// <summary>Runs the command to its end.</summary>
    public static Task<ProcessResult> RunAsync(string workingFolder, params string[] args) =>
        RunAsync(workingFolder, new Dictionary<string, string>(), args);

    public static async Task<ProcessResult> RunAsync(string workingFolder, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        using var process = Start(workingFolder, variables, args);
        return await process.WaitForExitAsync();
    }

    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<ProcessResult> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end. Output:\n{Output.Text}\nError output:\n{Error.Text}");
        }

        await Task.WhenAll(Output.Ended, Error.Ended);
        return new ProcessResult(_process.ExitCode, Output.Text, Error.Text);
    }

    public void Send(Signal signal)
    {
        if (SendSignal(_process.Id, (int)signal) != 0)
        {
            throw new InvalidOperationException($"Process {_process.Id} could not be sent {signal}: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>
    /// Sends the signal once, as another request to stop. To be called when the command has printed that it took the one before: what comes within
    /// half a second of that one counts as the same request.
    /// </summary>
    public async Task SendAgainAsync(Signal signal)
    {
        var said = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(said) < RepeatWindow)
        {
            await Task.Delay(PollInterval);
        }

        Send(signal);
    }

    /// <summary>Ends it without a chance to clean up, as a power cut would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
