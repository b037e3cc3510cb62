using Orchestrator.Bench.App;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Peers;

/// <summary>Compares LocalHost with other engines, the same work on each.</summary>
internal sealed class PeersBenchmark : IBenchmark
{
    /// <summary>A case is not repeated when its measurements have taken this long.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    private static readonly PeerCase[] Cases =
    [
        PeerCase.Of(new NoOpWork(NoOpShape.FanOut, 1_000)),
        PeerCase.Of(new NoOpWork(NoOpShape.FanOut, 10_000)),
        PeerCase.Of(new NoOpWork(NoOpShape.Chain, 200)),
        PeerCase.Of(new LayersCase("200 steps side by side", 1, 200, 0, 200), bound: null),
        PeerCase.Of(new LayersCase("10 layers of 20, 50 ms a step", 10, 20, 50, 50), bound: 0.5),
        Alternating(4),
        Alternating(8),
    ];

    /// <summary>The cases that the README shows. A test compares its rows with a committed report.</summary>
    private static readonly PeerCase[] Shown = [Cases[0], Cases[2], Cases[3], Cases[5]];

    public string Name => "peers";

    public string Title => "LocalHost beside other engines";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<Row>();
        foreach (var kind in PeerKind.All)
        {
            var folder = options.NewFolder();
            try
            {
                rows.Add(await MeasureAsync(kind, folder, options));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        report.Table(
            ["engine", "keeps", .. Cases.Select(each => each.Title), "load"],
            rows.Select(row => (IReadOnlyList<string>)[row.Kind.Name, row.Kind.Keeps, .. row.Cells(Cases, options.Repeat), row.Load]));
        report.Paragraph(
            $"Medians. A case that has taken {Budget.TotalSeconds:0} s is not repeated: then its number of measurements stands behind it; 10,000 "
            + "are left out where they take minutes. No-ops: activities a second of one orchestration, its code in place. Workflows: from the "
            + "definition to the durable end, prompts mocked, the same definition on every engine that runs the app; R is the time divided by the "
            + $"lower bound, the longest path of mock times (there are slots for all). {PeerKind.InProcess.Name}: as shipped it runs as many "
            + "activities at a time as there are processors and looks for more every 500 ms, which gives 4 a second; the cap is lifted here. "
            + $"{PeerKind.AzureStorage.Name}: as host.json sets it (64 activities at a time, extended sessions), over the same sidecar; its client "
            + "looks for the end every two seconds, so the end is the one in the instance's row. Agents.AI: a graph of executors made for each "
            + "case; building it is part of a workflow, and not of the no-ops. Its steps only wait: they fill in no prompt and record nothing.");
        report.Paragraph(
            "How many times as fast, by the medians, and what each keeps: where that differs, the figure compares the storage, too, and not the "
            + "engines only.");
        report.Table(
            ["", .. Cases.Select(each => each.Title)],
            PeerKind.Pairs.Select(pair => (Mine: rows.Find(row => row.Kind == pair.Mine), Other: rows.Find(row => row.Kind == pair.Other)))
                .Where(pair => pair is { Mine: not null, Other: not null })
                .Select(pair => (IReadOnlyList<string>)
                    [$"{pair.Mine!.Kind.Title} ÷ {pair.Other!.Kind.Title}", .. Cases.Select(each => Row.Ratio(pair.Mine, pair.Other, each))]));
        report.Paragraph("For the README:");
        report.Table(
            ["engine", .. Shown.Select(each => each.Title)],
            rows.Select(row => (IReadOnlyList<string>)[row.Kind.Name, .. row.Cells(Shown, options.Repeat)]));
    }

    private static PeerCase Alternating(int chains)
    {
        var work = new AlternatingChains(chains, 8, 400, 40);
        return PeerCase.Of(work, work.Bound);
    }

    private static async Task<Row> MeasureAsync(PeerKind kind, string folder, BenchOptions options)
    {
        var row = new Row(kind);
        var wanted = Cases.Where(each => options.Wants($"{kind.Name}: {each.Title}") && each.Steps <= kind.MaxSteps).ToList();
        if (wanted.Count == 0)
        {
            return row;
        }

        await using var peer = await kind.StartAsync(folder);
        await peer.NoOpsAsync(new NoOpWork(NoOpShape.FanOut, 100));
        await peer.RunAsync(new LayersCase("warm-up", 3, 10, 0, 50));
        foreach (var each in wanted)
        {
            var times = new List<double>();
            while (times.Count < options.Repeat && times.Sum() < Budget.TotalSeconds)
            {
                times.Add(await each.MeasureAsync(peer));
                MarkdownReport.Progress($"{kind.Name}, {each.Title}: {Figures.Of(times[^1], 3)} s");
            }

            row.Times[each] = new Sample(times);
        }

        row.Load = Machine.Load();
        return row;
    }

    private sealed record Row(PeerKind Kind)
    {
        public Dictionary<PeerCase, Sample> Times { get; } = [];

        public string Load { get; set; } = Figures.None;

        /// <summary>The medians, with the number of measurements of a case that was measured fewer times.</summary>
        public IEnumerable<string> Cells(IEnumerable<PeerCase> cases, int repeat) => cases.Select(each => Cell(each, repeat));

        /// <summary>How many times as fast the first engine is.</summary>
        public static string Ratio(Row mine, Row other, PeerCase of)
        {
            if (!mine.Times.TryGetValue(of, out var fast) || !other.Times.TryGetValue(of, out var slow))
            {
                return Figures.None;
            }

            var ratio = slow.Median / fast.Median;
            return Figures.Of(ratio, ratio < 10 ? 1 : 0);
        }

        private string Cell(PeerCase of, int repeat) => Times.TryGetValue(of, out var sample)
            ? of.Show(sample.Median) + (sample.Count < repeat ? $" (of {sample.Count})" : "")
            : Figures.None;
    }
}

/// <summary>Work that every engine is measured with.</summary>
/// <param name="MeasureAsync">Runs it once; returns the seconds.</param>
/// <param name="Show">Formats seconds as the figure of this case.</param>
internal sealed record PeerCase(string Title, int Steps, Func<IPeer, Task<double>> MeasureAsync, Func<double, string> Show)
{
    /// <summary>Activities that do nothing, by their rate.</summary>
    public static PeerCase Of(NoOpWork work) =>
        new($"{work}, /s", work.Steps, peer => peer.NoOpsAsync(work), seconds => Figures.Of(work.Steps / seconds));

    /// <summary>A workflow, by its time.</summary>
    /// <param name="bound">The lower bound in seconds; null when the steps take no time.</param>
    public static PeerCase Of(IWorkload workload, double? bound) => new(
        bound is null ? $"{workload.Name}, s" : $"{workload.Name}, R",
        workload.Steps,
        peer => peer.RunAsync(workload),
        seconds => bound is { } least ? $"{Figures.Of(seconds / least, 2)} ({Figures.Of(seconds, 2)} s)" : Figures.Of(seconds, 2));
}

/// <summary>
/// Independent chains side by side. In each chain every n-th step is long, in each at another position: an engine that waits for a whole layer before
/// it starts the next one waits for a long step each time.
/// </summary>
/// <param name="Chains">The number of chains, which is n, too.</param>
/// <param name="Length">The steps of a chain: a multiple of <paramref name="Chains"/>.</param>
internal sealed record AlternatingChains(int Chains, int Length, int LongMs, int ShortMs) : IWorkload
{
    public string Name => $"{Chains} alternating chains";

    public int Steps => Chains * Length;

    public int MaxParallelism => Chains;

    /// <summary>The seconds of one chain, which are the lower bound.</summary>
    public double Bound => Length / Chains * (LongMs + ((Chains - 1) * ShortMs)) / 1e3;

    public int LatencyMsOf(int step) => step / Chains % Chains == step % Chains ? LongMs : ShortMs;

    public IReadOnlyList<int> DependsOn(int step) => step < Chains ? [] : [step - Chains];
}
