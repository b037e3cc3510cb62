using System.Globalization;
using System.Text.Json;
using Orchestrator.CrashSweep;

// Many threads may wait for files at the same time, and the pool adds threads only slowly above this minimum.
ThreadPool.SetMinThreads(32, 32);

// One part of a sweep, as SweepProcesses asks for it: SEED SAMPLE PART PARTS memory|files DEFINITION..., or of generated definitions without a fault:
// SEED COUNT PART PARTS rules. Its report, JSON, goes to standard output.
int[] numbers = [.. args.Take(4).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
var isRules = args is [_, _, _, _, SweepProcesses.Rules];
var definitions = args.Skip(5).Select(SweepDefinitions.Find).OfType<SweepDefinition>().ToList();
if (numbers is not [>= 0, > 0, >= 0, > 0] || (definitions.Count == 0 && !isRules) || definitions.Count < args.Length - 5)
{
    await Console.Error.WriteLineAsync(
        "Usage: Orchestrator.CrashSweep SEED SAMPLE PART PARTS memory|files DEFINITION... | SEED COUNT PART PARTS rules");
    return 2;
}

var report = new SweepReport();
try
{
    await (isRules
        ? SweepCampaign.RunRulesAsync(numbers[0], numbers[1], numbers[2], numbers[3], report)
        : SweepCampaign.RunAsync(definitions, numbers[0], numbers[1], numbers[2], numbers[3], args[4] == SweepCase.Place(onFiles: true), report));
}
catch (SweepException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

Console.WriteLine(JsonSerializer.Serialize(report));
return 0;
