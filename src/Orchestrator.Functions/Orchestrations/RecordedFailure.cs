using Microsoft.DurableTask;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>Recognizes this program's exceptions in recorded failures.</summary>
internal static class RecordedFailure
{
    /// <summary>
    /// Whether the failure is an exception of this type of ours, itself and not as a cause. The namespace is not compared: a history may come from a version
    /// that had the type in another one. Derived types are not included.
    /// </summary>
    /// <param name="type">Name without namespace.</param>
    public static bool IsNamed(this TaskFailureDetails failure, string type) =>
        failure.ErrorType.EndsWith(type, StringComparison.Ordinal)
        && failure.ErrorType.AsSpan(0, failure.ErrorType.Length - type.Length) is var space
        && space.StartsWith("Orchestrator.", StringComparison.Ordinal) && space.EndsWith(".", StringComparison.Ordinal);
}
