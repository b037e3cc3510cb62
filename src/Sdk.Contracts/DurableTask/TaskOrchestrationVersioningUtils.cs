namespace Microsoft.DurableTask.Abstractions;

public static class TaskOrchestrationVersioningUtils
{
    /// <summary>Orders two versions: none before any, then as <see cref="Version"/> if both are one, else as text without regard to case.</summary>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        bool hasSource = !string.IsNullOrWhiteSpace(sourceVersion);
        bool hasOther = !string.IsNullOrWhiteSpace(otherVersion);
        if (!hasSource || !hasOther)
        {
            return hasSource.CompareTo(hasOther);
        }

        return Version.TryParse(sourceVersion, out Version? source) && Version.TryParse(otherVersion, out Version? other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}
