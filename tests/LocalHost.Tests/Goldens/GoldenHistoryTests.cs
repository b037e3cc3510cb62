using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>Histories of earlier versions are read and replayed with the same results: see README.md beside this file.</summary>
public sealed class GoldenHistoryTests : IDisposable
{
    private static readonly string Goldens = Path.Combine(AppContext.BaseDirectory, "Goldens");

    private readonly TempFolder _folder = new();
    private int _copies;

    public static TheoryData<string, string> Folders
    {
        get
        {
            var folders = new TheoryData<string, string>();
            foreach (var version in Versions())
            {
                foreach (var scenario in Directory.EnumerateDirectories(version).Order())
                {
                    folders.Add(Path.GetFileName(version), Path.GetFileName(scenario));
                }
            }

            return folders;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_version_has_histories_of_every_scenario_of_its_time()
    {
        Assert.NotEmpty(GoldenScenarios("v1"));
        Assert.All(Versions(), version => Assert.Superset(GoldenScenarios("v1"), GoldenScenarios(Path.GetFileName(version))));
    }

    [Fact]
    public async Task Histories_hold_every_kind_of_event()
    {
        var seen = new HashSet<Type>();
        foreach (var version in Versions())
        {
            foreach (var scenario in Directory.EnumerateDirectories(version))
            {
                await foreach (var happened in ReadAsync(scenario))
                {
                    seen.Add(happened.GetType());
                }
            }
        }

        var kinds = typeof(HistoryEvent).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsPublic: true } && type.IsSubclassOf(typeof(HistoryEvent)));
        Assert.Equal(kinds.OrderBy(kind => kind.Name), seen.OrderBy(kind => kind.Name));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task History_as_it_was_left_gives_the_same_results(string version, string scenario) =>
        await FinishAsync(version, scenario, Order(version, scenario).Length);

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task History_cut_behind_every_record_goes_on_to_the_same_results(string version, string scenario)
    {
        for (var records = 0; records < Order(version, scenario).Length; records++)
        {
            await FinishAsync(version, scenario, records);
        }
    }

    private static IEnumerable<string> Versions() => Directory.EnumerateDirectories(Goldens).Order(StringComparer.Ordinal);

    private static HashSet<string> GoldenScenarios(string version) =>
        [.. Directory.EnumerateDirectories(Path.Combine(Goldens, version)).Select(folder => Path.GetFileName(folder))];

    private static string[] Order(string version, string scenario) => File.ReadAllLines(Path.Combine(Goldens, version, scenario, "order.txt"));

    private async Task FinishAsync(string version, string scenario, int records)
    {
        var golden = Path.Combine(Goldens, version, scenario);
        var time = new SteppedTimeProvider(new DateTimeOffset(2032, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = FileJournal.Open(Copy(golden, Order(version, scenario)[..records]));
            b.TimeProvider = time;
            GoldenFunctions.Register(b);
        });
        Assert.Empty(host.RefusedInstances);
        var results = await GoldenScenario.All.Single(known => known.Name == scenario).FinishAsync(host, time);
        Assert.True(
            await File.ReadAllTextAsync(Path.Combine(golden, "results.json")) == results,
            $"{version}/{scenario}, cut behind record {records}, came to: {results}");
    }

    private async IAsyncEnumerable<HistoryEvent> ReadAsync(string golden)
    {
        await using var journal = FileJournal.Open(Copy(golden, File.ReadAllLines(Path.Combine(golden, "order.txt"))));
        await foreach (var id in journal.ListAsync())
        {
            await foreach (var record in journal.ReadAsync(id))
            {
                yield return HistoryEventReader.Read(record.Span);
            }
        }
    }

    /// <summary>A state folder as a crash behind these records would have left it.</summary>
    private string Copy(string golden, string[] order)
    {
        var copy = _folder.Combine($"{++_copies}");
        Directory.CreateDirectory(Path.Combine(copy, "instances"));
        foreach (var file in order.GroupBy(file => file))
        {
            var lines = File.ReadAllText(Path.Combine(golden, "instances", file.Key)).Split('\n');
            File.WriteAllText(Path.Combine(copy, "instances", file.Key), string.Concat(lines.Take(file.Count() + 1).Select(line => line + '\n')));
        }

        return copy;
    }
}
