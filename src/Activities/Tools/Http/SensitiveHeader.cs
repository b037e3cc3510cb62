namespace Orchestrator.Activities.Tools.Http;

/// <summary>Headers whose values are not shown or recorded.</summary>
internal static class SensitiveHeader
{
    /// <summary>What stands in the place of a value.</summary>
    public const string Hidden = "***";

    private static readonly string[] Parts = ["authorization", "cookie", "api-key", "apikey", "token", "secret"];

    /// <summary>Whether the name, in any letter case, is that of a header that carries access.</summary>
    public static bool Is(string name) => Parts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
