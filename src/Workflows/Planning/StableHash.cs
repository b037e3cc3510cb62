namespace Orchestrator.Workflows.Planning;

/// <summary>A hash that is the same in every process, on every machine and in every version: what randomness is drawn from.</summary>
public static class StableHash
{
    /// <summary>A number in [0, 1) drawn from the names (64-bit FNV-1a, mixed).</summary>
    public static double Draw(string run, string step, int attempt)
    {
        var hash = Add(Add(14695981039346656037UL, run), step);
        hash = Mix(hash ^ (ulong)attempt);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return (hash ^ 0xFFFF) * 1099511628211UL;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDUL;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }
}
