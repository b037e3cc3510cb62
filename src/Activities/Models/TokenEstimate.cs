namespace Orchestrator.Activities.Models;

/// <summary>What to assume where nobody counted.</summary>
internal static class TokenEstimate
{
    /// <summary>Characters ÷ 4, rounded up.</summary>
    public static long OfCharacters(long characters) => (characters + 3) / 4;
}
