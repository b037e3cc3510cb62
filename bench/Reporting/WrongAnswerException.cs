namespace Orchestrator.Bench.Reporting;

/// <summary>A benchmark's own check failed: its figures mean nothing.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message)
{
    /// <param name="otherwise">The message when the check failed.</param>
    public static void ThrowUnless(bool right, string otherwise)
    {
        if (!right)
        {
            throw new WrongAnswerException(otherwise);
        }
    }
}
