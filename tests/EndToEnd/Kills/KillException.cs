namespace Orchestrator.EndToEnd.Kills;

/// <summary>A kill lost a result, or an effect happened twice, or the kill came when nothing could be lost.</summary>
internal sealed class KillException(string message) : Exception(message)
{
    public static void Unless(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new KillException(otherwise);
        }
    }
}
