namespace Orchestrator.Workflows.Usage;

/// <summary>
/// How well a run used its time, compared with what its steps and dependencies allow. Milliseconds are rounded. Immutable. Thread-safe.
/// </summary>
/// <param name="TotalDurationMs">
/// From when the first executed step was ready (or started, if that was not recorded) to the end of the last one.
/// </param>
/// <param name="CriticalPathMs">The longest chain of dependent steps by measured durations: the minimum, however many slots there are.</param>
/// <param name="WorkMs">The sum of the durations of all steps.</param>
/// <param name="BoundMs">The larger of the critical path and the work divided by the slots; the critical path when slots are unlimited.</param>
/// <param name="ParallelEfficiency">
/// Work ÷ total duration: 1 is sequential, 3 is three steps at a time on average; 0 if nothing ran or it took no time.
/// </param>
public sealed record RunTimeline(long TotalDurationMs, long CriticalPathMs, long WorkMs, long BoundMs, double ParallelEfficiency)
{
    /// <summary>Measures a finished run, in time linear in its steps and dependencies.</summary>
    /// <param name="steps">
    /// All steps of the run in any order. A step that was not executed has no duration, but still connects its dependencies and dependents.
    /// </param>
    /// <param name="maxParallelism">Slots of the run, at least 1; null: unlimited.</param>
    /// <exception cref="ArgumentException">A dependency is not in the list, or the dependencies form a cycle.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxParallelism"/> is less than 1.</exception>
    public static RunTimeline Measure(IReadOnlyList<TimelineStep> steps, int? maxParallelism)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (maxParallelism is { } slots)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1, nameof(maxParallelism));
        }

        var executed = steps.Where(step => step.Executed).ToList();
        var work = executed.Sum(step => step.DurationTicks);
        var criticalPath = CriticalPath(steps);
        var total = executed.Count == 0 ? 0 : Math.Max(0, (executed.Max(Completed) - executed.Min(Began)).Ticks);
        return new RunTimeline(
            Milliseconds(total),
            Milliseconds(criticalPath),
            Milliseconds(work),
            Milliseconds(Math.Max(criticalPath, maxParallelism is { } count ? work / count : 0)),
            total == 0 ? 0 : (double)work / total);
    }

    private static long CriticalPath(IReadOnlyList<TimelineStep> steps)
    {
        var waitsFor = new int[steps.Count];
        var dependents = new List<int>?[steps.Count];
        for (var i = 0; i < steps.Count; i++)
        {
            foreach (var dependency in steps[i].Dependencies)
            {
                if ((uint)dependency >= (uint)steps.Count)
                {
                    throw new ArgumentException($"Step {i} depends on step {dependency}, and there are only {steps.Count} steps.", nameof(steps));
                }

                (dependents[dependency] ??= []).Add(i);
                waitsFor[i]++;
            }
        }

        var (longest, done) = (0L, 0);
        var begins = new long[steps.Count];
        var ready = new Queue<int>(Enumerable.Range(0, steps.Count).Where(i => waitsFor[i] == 0));
        while (ready.TryDequeue(out var step))
        {
            done++;
            var ends = begins[step] + steps[step].DurationTicks;
            longest = Math.Max(longest, ends);
            foreach (var dependent in dependents[step] ?? [])
            {
                begins[dependent] = Math.Max(begins[dependent], ends);
                if (--waitsFor[dependent] == 0)
                {
                    ready.Enqueue(dependent);
                }
            }
        }

        return done == steps.Count ? longest : throw new ArgumentException("The dependencies of the steps form a cycle.", nameof(steps));
    }

    private static DateTimeOffset Began(TimelineStep step) => step.Ready < step.Started ? step.Ready.Value : step.Started!.Value;

    private static DateTimeOffset Completed(TimelineStep step) => step.Completed > step.Started ? step.Completed.Value : step.Started!.Value;

    private static long Milliseconds(long ticks) => (ticks + (TimeSpan.TicksPerMillisecond / 2)) / TimeSpan.TicksPerMillisecond;
}

/// <summary>When a step of a run was ready, started and ended. Immutable. Thread-safe.</summary>
/// <param name="Dependencies">Indices, in the same list, of the steps that it depends on; in any order, repeats count once.</param>
public sealed record TimelineStep(IReadOnlyList<int> Dependencies)
{
    /// <summary>When it could have started; null if that was not recorded.</summary>
    public DateTimeOffset? Ready { get; init; }

    /// <summary>When work on it began; null if it was not executed (skipped, reused, cancelled before its start).</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When work on it ended; null if it was not executed.</summary>
    public DateTimeOffset? Completed { get; init; }

    internal bool Executed => Started is not null && Completed is not null;

    // The clocks of two machines may differ, so the end may be before the start.
    internal long DurationTicks => Executed ? Math.Max(0, (Completed!.Value - Started!.Value).Ticks) : 0;
}
