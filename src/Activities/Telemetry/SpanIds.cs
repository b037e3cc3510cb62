using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Logging;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Sets the ids of spans to those derived from the run (docs/decisions/0025). .NET generates random ids and has no API to set one, so a private field
/// is set, as the SDK of Durable Functions does. Where a runtime has no such field, spans keep their random ids, and that is logged once.
/// Thread-safe.
/// </summary>
/// <param name="set">Sets the id of a span, as 16 hexadecimal digits; null to set the runtime's field.</param>
internal sealed class SpanIds(ILogger logger, Action<Activity, string>? set = null)
{
    private readonly Action<Activity, string> _set = set ?? ((span, id) => Field(span) = id);
    private int _isRefused;

    /// <summary>
    /// Sets the id of a span; if that is not possible, it keeps its own. Never throws, because the caller is recording the end of a run.
    /// </summary>
    public void Set(Activity span, ActivitySpanId id)
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
