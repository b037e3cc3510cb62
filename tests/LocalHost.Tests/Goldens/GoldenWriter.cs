using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Goldens;

public sealed class GoldenWriter
{
    [GoldenFact]
    public async Task Write_golden_histories()
    {
        var folder = Environment.GetEnvironmentVariable(GoldenFactAttribute.Variable)!;
        Assert.False(Directory.Exists(folder), $"'{folder}' exists: golden histories are never written again.");
        foreach (var scenario in GoldenScenario.All)
        {
            await WriteAsync(scenario, Path.Combine(folder, scenario.Name));
        }
    }

    private static async Task WriteAsync(GoldenScenario scenario, string folder)
    {
        var time = new SteppedTimeProvider();
        var journal = new OrderedJournal(FileJournal.Open(folder, time));
        string results;
        await using (var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.TimeProvider = time;
            GoldenFunctions.Register(b);
        }))
        {
            results = await scenario.FinishAsync(host, time);
            if (scenario.Name == "restarted")
            {
                await host.Client.RestartAsync(scenario.Root);
                results = await scenario.FinishAsync(host, time);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "results.json"), results);
        await File.WriteAllTextAsync(Path.Combine(folder, "order.txt"), string.Concat(journal.Order.Select(file => file + '\n')));
        File.Delete(Path.Combine(folder, "lock"));
        File.Delete(Path.Combine(folder, "owner.json"));
    }
}
