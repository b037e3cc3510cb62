namespace Orchestrator.Workflows.Usage;

/// <summary>Token counts for providers that report none.</summary>
public static class TokenEstimate
{
    private const long CharactersPerToken = 4;

    /// <summary>Characters ÷ 4, rounded up.</summary>
    /// <param name="characters">Length of the text in UTF-16 characters; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="characters"/> is negative.</exception>
    public static long FromCharacters(long characters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(characters);
        return (characters / CharactersPerToken) + (characters % CharactersPerToken > 0 ? 1 : 0);
    }
}
