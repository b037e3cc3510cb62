namespace Orchestrator.Bench.Reporting;

/// <summary>What was measured did not do what it should have done.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message)
{
    public static void ThrowUnless(bool right, string otherwise)
    {
        if (!right)
        {
            throw new WrongAnswerException(otherwise);
        }
    }
}
