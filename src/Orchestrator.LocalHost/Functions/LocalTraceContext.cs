using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Functions;

/// <summary>The W3C trace that the invocation belongs to; empty texts when nothing is traced.</summary>
internal sealed class LocalTraceContext(string traceParent, string traceState) : TraceContext
{
    public override string TraceParent { get; } = traceParent;

    public override string TraceState { get; } = traceState;

    public static LocalTraceContext OfCurrentActivity() => new(Activity.Current?.Id ?? string.Empty, Activity.Current?.TraceStateString ?? string.Empty);
}
