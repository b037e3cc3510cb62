namespace Orchestrator.Bench.Reporting;

/// <summary>Managed memory that something holds: what becomes free when it goes. Pools of the process, which grow while it works, are there before and after.</summary>
internal static class HeldMemory
{
    private const int Turns = 100;

    /// <summary>Bytes that are reachable now.</summary>
    public static long Reachable()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <param name="before">What was reachable while the owner lived.</param>
    /// <returns>How many bytes went with the owner, which nobody may hold any more.</returns>
    public static async Task<long> FreedAsync(WeakReference owner, long before)
    {
        for (var turn = 0; turn < Turns && owner.IsAlive; turn++)
        {
            await Task.Delay(10);
            Reachable();
        }

        WrongAnswerException.ThrowUnless(!owner.IsAlive, "Something still holds a host that was disposed.");
        return before - Reachable();
    }
}
