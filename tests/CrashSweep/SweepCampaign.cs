namespace Orchestrator.CrashSweep;

/// <summary>
/// Sweeps definitions, one after the other on a thread of its own. Nothing else may use the thread pool meanwhile: a quiet pool is how the sweep
/// knows that a process can do nothing more by itself.
/// </summary>
public static class SweepCampaign
{
    /// <summary>Sweeps a part of the definitions' cases with one seed.</summary>
    /// <param name="sample">The most cases of one definition in all parts together, drawn by the seed.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="onFiles">Whether everything is kept in a state folder, and not in memory.</param>
    public static Task RunAsync(
        IEnumerable<SweepDefinition> definitions, int seed, int sample, int part, int parts, bool onFiles, SweepReport report) => OnThreadAsync(() =>
    {
        foreach (var definition in definitions)
        {
            var baseline = new SweepBaseline(definition, seed, onFiles);
            var cases = baseline.Cases().ToArray();
            new Random(seed).Shuffle(cases);
            foreach (var item in cases.Take(sample).Where((_, index) => index % parts == part))
            {
                baseline.Run(item, report);
            }
        }
    });

    /// <summary>Plays generated definitions, one for each seed, without a fault.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">How many parts there are.</param>
    public static Task RunRulesAsync(int first, int count, int part, int parts, SweepReport report) => OnThreadAsync(() =>
    {
        foreach (var seed in Enumerable.Range(first, count).Where(seed => seed % parts == part))
        {
            SweepRules.Run(seed, report);
        }
    });

    /// <summary>Runs one case.</summary>
    public static Task RunAsync(SweepCase item, SweepReport report) =>
        OnThreadAsync(() => new SweepBaseline(item.Definition, item.Seed, item.OnFiles).Run(item, report));

    /// <summary>Runs a definition without a fault.</summary>
    public static async Task<SweepBaseline> RunAsync(SweepDefinition definition, int seed)
    {
        SweepBaseline? baseline = null;
        await OnThreadAsync(() => baseline = new SweepBaseline(definition, seed, onFiles: false));
        return baseline!;
    }

    private static Task OnThreadAsync(Action action)
    {
        var done = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        })
        { IsBackground = true, Name = "sweep" }.Start();
        return done.Task;
    }
}
