using System.Globalization;
using Orchestrator.CrashSweep;

// A slice of the sweep in a process of its own, for the tests: SEED SAMPLE, the most cases of each definition. A test host keeps its thread pool busy,
// and the sweep needs a quiet one.
if (args.Length != 2
    || !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
    || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sample))
{
    await Console.Error.WriteLineAsync("Usage: Orchestrator.CrashSweep SEED SAMPLE");
    return 2;
}

var report = new SweepReport();
try
{
    await SweepCampaign.RunAsync(SweepDefinitions.All.Where(definition => !definition.IsLarge), seed, sample, report);
    await SweepCampaign.RunAsync(SweepDefinitions.All.Where(definition => definition.IsLarge), seed, Math.Max(1, sample / 10), report);
}
catch (SweepException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

Console.WriteLine(report);
foreach (var failure in report.Failures)
{
    await Console.Error.WriteLineAsync(failure);
}

return report.Failures.Count == 0 ? 0 : 1;
