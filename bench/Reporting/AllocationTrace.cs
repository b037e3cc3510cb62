using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Orchestrator.Bench.Reporting;

/// <summary>
/// Samples what this process allocates, about every 100 KB, and shows the types and the code of this program that allocated them. It costs time:
/// a run that is traced is not measured.
/// </summary>
internal sealed class AllocationTrace : IAsyncDisposable
{
    private const int Rows = 90;
    private const int Longest = 160;
    private const string Own = "Orchestrator.";

    private static readonly string[] Prefixes =
        ["System.Runtime.CompilerServices.", "System.Collections.Generic.", "System.Collections.Concurrent.", "System.Threading.Tasks.", "System.Text.Json."];

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.nettrace");
    private readonly EventPipeSession _session;
    private readonly Task _copying;

    private AllocationTrace(EventPipeSession session)
    {
        _session = session;
        _copying = Task.Run(async () =>
        {
            await using var file = File.Create(_file);
            await session.EventStream.CopyToAsync(file);
        });
    }

    public static AllocationTrace Start()
    {
        var keywords = ClrTraceEventParser.Keywords.GC | ClrTraceEventParser.Keywords.Jit | ClrTraceEventParser.Keywords.Loader
            | ClrTraceEventParser.Keywords.JITSymbols;
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Verbose, (long)keywords);
        return new AllocationTrace(new DiagnosticsClient(Environment.ProcessId).StartEventPipeSession([provider], requestRundown: true, 256));
    }

    /// <summary>Ends the trace and writes its tables.</summary>
    /// <param name="name">What was executed.</param>
    /// <param name="steps">By how much the bytes are divided.</param>
    public async Task ReportAsync(MarkdownReport report, string name, int steps)
    {
        await _session.StopAsync(CancellationToken.None);
        await _copying;
        var (start, rest) = (new Share(), new Share());
        var log = TraceLog.CreateFromEventPipeDataFile(_file);
        try
        {
            using var opened = new TraceLog(log);
            foreach (var item in opened.Events)
            {
                if (item is GCAllocationTickTraceData tick)
                {
                    var frames = Frames(tick.CallStack()).ToList();
                    var isStart = frames.Exists(frame => frame.StartsWith("Orchestrator.Functions.Application.RunStarter", StringComparison.Ordinal));
                    if (!frames.Exists(frame => frame.StartsWith("Orchestrator.Bench.App.LayersRun.Check", StringComparison.Ordinal)))
                    {
                        (isStart ? start : rest).Add(Short(tick.TypeName), frames, tick.AllocationAmount64);
                    }
                }
            }
        }
        finally
        {
            File.Delete(log);
        }

        start.Write(report, $"{name}, until the run is scheduled", steps);
        rest.Write(report, name, steps);
    }

    public ValueTask DisposeAsync()
    {
        _session.Dispose();
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<string> Frames(TraceCallStack? stack)
    {
        for (; stack is not null; stack = stack.Caller)
        {
            if (stack.CodeAddress.FullMethodName is { Length: > 0 } method)
            {
                var arguments = method.IndexOf('(', StringComparison.Ordinal);
                yield return Short(arguments < 0 ? method : method[..arguments]);
            }
        }
    }

    private static string Short(string name)
    {
        foreach (var prefix in Prefixes)
        {
            name = name.Replace(prefix, "", StringComparison.Ordinal);
        }

        return name.Length > Longest ? name[..Longest] + "…" : name;
    }

    /// <summary>What one part of the program allocated.</summary>
    private sealed class Share
    {
        private readonly Dictionary<string, long> _types = [];
        private readonly Dictionary<string, long> _sites = [];
        private readonly Dictionary<string, long> _paths = [];
        private long _total;

        public void Add(string type, List<string> frames, long bytes)
        {
            var own = frames.Where(frame => frame.StartsWith(Own, StringComparison.Ordinal)).Distinct().ToList();
            _total += bytes;
            Add(_types, $"{type} < {frames.Find(frame => !IsAllocator(frame))}", bytes);
            Add(_sites, $"{own.FirstOrDefault() ?? "(other)"} : {type}", bytes);
            own.ForEach(frame => Add(_paths, frame, bytes));
        }

        public void Write(MarkdownReport report, string name, int steps)
        {
            report.Paragraph($"{name}: {Figures.Of(_total / 1024.0 / steps, 1)} KB a step. By type and allocating method, in bytes a step:");
            report.Table(["B/step", "type < method"], Top(_types, steps));
            report.Paragraph("By the innermost method of this program, and the type:");
            report.Table(["B/step", "method : type"], Top(_sites, steps));
            report.Paragraph("With everything that the method calls until it waits:");
            report.Table(["B/step", "method"], Top(_paths, steps));
        }

        private static void Add(Dictionary<string, long> sums, string name, long bytes) => sums[name] = sums.GetValueOrDefault(name) + bytes;

        private static IEnumerable<IReadOnlyList<string>> Top(Dictionary<string, long> sums, int steps) => sums
            .OrderByDescending(each => each.Value).Take(Rows)
            .Select(each => (IReadOnlyList<string>)[Figures.Of((double)each.Value / steps), $"`{each.Key}`"]);

        private static bool IsAllocator(string frame) =>
            frame.StartsWith("RuntimeHelpers", StringComparison.Ordinal) || frame.StartsWith("System.GC.", StringComparison.Ordinal);
    }
}
