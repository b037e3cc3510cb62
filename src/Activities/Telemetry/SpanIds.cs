using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Logging;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Gives spans the ids that follow from their run (docs/decisions/0025). A runtime draws the ids itself, so they can only be set where the SDK of Durable Functions
/// sets them, too: in a private field. A runtime that has no such field costs these ids and nothing else, and that is logged once. Thread-safe.
/// </summary>
/// <param name="set">Sets the id of a span, 16 hexadecimal digits; null for the runtime's field.</param>
internal sealed class SpanIds(ILogger logger, Action<Activity, string>? set = null)
{
    private readonly Action<Activity, string> _set = set ?? ((span, id) => Field(span) = id);
    private int _isRefused;

    /// <summary>Sets the id, or leaves the one that the span has. Throws nothing: it happens where a run's end is recorded.</summary>
    public void Give(Activity span, ActivitySpanId id)
    {
        if (Volatile.Read(ref _isRefused) != 0)
        {
            return;
        }

        Exception? problem = null;
        try
        {
            _set(span, id.ToHexString());
            if (span.SpanId == id)
            {
                return;
            }
        }
        catch (Exception exception)
        {
            problem = exception;
        }

        if (Interlocked.Exchange(ref _isRefused, 1) == 0)
        {
            logger.SpanIdsRefused(problem, Environment.Version);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? Field(Activity span);
}
