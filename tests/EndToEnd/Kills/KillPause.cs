using System.Globalization;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>
/// The time between a kill and the next start: the files are made older, and pruning runs before and after that. A process cannot be given another
/// clock, so the times of the files and those in their names are changed instead.
/// </summary>
internal sealed record KillPause(string Name, TimeSpan Time)
{
    private const string AsideMark = "unused-";
    private const int AsideDigits = 19;

    private static readonly KillPause[] All =
        [new("no time", TimeSpan.Zero), new(
            "an hour", TimeSpan.FromHours(1)), new("a day", TimeSpan.FromDays(1)), new("a month", TimeSpan.FromDays(30))];

    public static KillPause Draw(Random random) => All[random.Next(All.Length)];

    /// <param name="accepted">The runs that were accepted.</param>
    /// <exception cref="KillException">Housekeeping failed, or does not show a run that was accepted.</exception>
    public async Task PassAsync(KillStorage stored, IReadOnlyDictionary<string, string> variables, IEnumerable<KillRun> accepted)
    {
        await stored.CommandAsync("runs", "prune", "--older-than", "1d");
        if (stored.State is { } state)
        {
            Age(state);
        }

        await stored.CommandAsync("runs", "prune", "--older-than", "1d");
        var listed = (await stored.CommandAsync("runs", "list", "--top", "500", "--json")).Json().GetProperty("runs").EnumerateArray()
            .Select(run => run.GetProperty("runId").GetString()!);
        var lost = accepted.Select(run => run.Id).Except(listed).ToList();
        KillException.Unless(lost.Count == 0, $"After a kill, {Name} and a prune the list does not have {string.Join(", ", lost)}.");

        // It drives none of the runs, and is killed as the one before.
        using var idle = await stored.ServeAsync(variables, "--no-continue");
        await idle.Client.GetStringAsync("/api/runs");
        await idle.Process.KillAsync();
    }

    private void Age(string state)
    {
        if (Time == TimeSpan.Zero)
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(state, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - Time);
        }

        foreach (var file in Directory.Exists(Path.Combine(state, "definitions"))
            ? Directory.GetFiles(Path.Combine(state, "definitions"), AsideMark + "*")
            : [])
        {
            var name = Path.GetFileName(file);
            var since = long.Parse(name.AsSpan(AsideMark.Length, AsideDigits), CultureInfo.InvariantCulture) - Time.Ticks;
            File.Move(file, Path.Combine(
                Path.GetDirectoryName(file)!,
                string.Create(CultureInfo.InvariantCulture, $"{AsideMark}{since:D19}{name[(AsideMark.Length + AsideDigits)..]}")));
        }
    }
}
