using Orchestrator.Bench;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Campaigns;
using Orchestrator.Bench.Journals;
using Orchestrator.Bench.Kill;
using Orchestrator.Bench.Peers;
using Orchestrator.Bench.Reading;
using Orchestrator.Bench.Recovery;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.Bench.Scheduling;

if (args is [EngineWorker.Verb, var account, var hub, var container])
{
    await EngineWorker.RunAsync(account, hub, container);
    return 0;
}

IBenchmark[] benchmarks =
[
    new FlushBenchmark(), new SchedulerBenchmark(), new AppendBenchmark(), new RuntimeBenchmark(), new SmallRunsBenchmark(),
    new RecoveryBenchmark(), new MemoryBenchmark(), new LayersBenchmark(), new RunListBenchmark(), new PostsBenchmark(), new StartupBenchmark(),
    new ReadBenchmark(), new MutateBenchmark(),
    new RulesBenchmark(), new HostRulesBenchmark(), new CrashBenchmark(), new GeneratedCrashBenchmark(), new KillBenchmark(),
    new EngineKillBenchmark(), new PeersBenchmark(),
];
if (BenchOptions.Read(args, [.. benchmarks.Select(benchmark => benchmark.Name)], out var problem) is not { } options)
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

Directory.CreateDirectory(options.State);
var report = new MarkdownReport();
Machine.Describe(report, options.State, options.Repeat);
foreach (var benchmark in benchmarks.Where(benchmark => options.Name is null || benchmark.Name == options.Name))
{
    report.Heading($"`{benchmark.Name}`: {benchmark.Title}");
    await benchmark.RunAsync(options, report);
}

Console.Write(report.Text);
if (options.Out is { } file)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
    await File.WriteAllTextAsync(file, report.Text);
}

return 0;
