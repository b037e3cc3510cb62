using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.EndToEnd.Processes;

/// <summary>
/// What this process does with a signal. A child inherits that a signal is ignored, and <c>nohup</c> (SIGHUP) and scripts that run their command in
/// the background (SIGINT) start test runs in which it is. Thread-safe.
/// </summary>
internal static partial class SignalDisposition
{
    /// <summary>SIG_DFL.</summary>
    private const nint Default = 0;

    /// <summary>SIG_IGN.</summary>
    private const nint Ignored = 1;

    /// <summary>More than a struct sigaction has on any system.</summary>
    private const int ActionSize = 256;

    private static readonly Signal[] Handled = [Signal.Hangup, Signal.Interrupt, Signal.Terminate];

    private static readonly Lock Starting = new();

    /// <summary>Starts a process that receives the signals that the command handles, also when this process ignores them.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        lock (Starting)
        {
            Signal[] ignored = [.. Handled.Where(IsIgnored)];
            try
            {
                Array.ForEach(ignored, signal => Set(signal, Default));
                return Process.Start(start)!;
            }
            finally
            {
                Array.ForEach(ignored, signal => Set(signal, Ignored));
            }
        }
    }

    /// <summary>Starts a process while this one ignores SIGHUP, as a test run under <c>nohup</c> does.</summary>
    public static T StartIgnoringHangup<T>(Func<T> start)
    {
        lock (Starting)
        {
            var wasIgnored = IsIgnored(Signal.Hangup);
            try
            {
                Set(Signal.Hangup, Ignored);
                return start();
            }
            finally
            {
                Set(Signal.Hangup, wasIgnored ? Ignored : Default);
            }
        }
    }

    private static bool IsIgnored(Signal signal)
    {
        // The handler is the first member of struct sigaction.
        Span<nint> action = stackalloc nint[ActionSize / nint.Size];
        return ReadAction((int)signal, 0, ref action[0]) == 0
            ? action[0] == Ignored
            : throw new InvalidOperationException($"What {signal} does cannot be read: error {Marshal.GetLastPInvokeError()}.");
    }

    private static void Set(Signal signal, nint handler)
    {
        if (SetHandler((int)signal, handler) == -1)
        {
            throw new InvalidOperationException($"What {signal} does cannot be changed: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int ReadAction(int signal, nint changed, ref nint action);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint SetHandler(int signal, nint handler);
}
