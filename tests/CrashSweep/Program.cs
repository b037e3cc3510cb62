using System.Globalization;
using System.Text.Json;
using Orchestrator.CrashSweep;

// One part of a sweep, as SweepProcesses asks for it: SEED SAMPLE PART PARTS DEFINITION... Its report, JSON, goes to standard output.
int[] numbers = [.. args.Take(4).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
var definitions = SweepDefinitions.All.Where(definition => args.Skip(4).Contains(definition.Name)).ToList();
if (numbers is not [>= 0, > 0, >= 0, > 0] || definitions.Count == 0)
{
    await Console.Error.WriteLineAsync("Usage: Orchestrator.CrashSweep SEED SAMPLE PART PARTS DEFINITION...");
    return 2;
}

var report = new SweepReport();
try
{
    await SweepCampaign.RunAsync(definitions, numbers[0], numbers[1], numbers[2], numbers[3], report);
}
catch (SweepException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

Console.WriteLine(JsonSerializer.Serialize(report));
return 0;
