using Microsoft.AspNetCore.Http;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Functions.Http;

/// <summary>A request cannot be understood or is not allowed; it becomes problem details.</summary>
/// <param name="status">The HTTP status.</param>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    /// <summary>Everything that is wrong with the input.</summary>
    public RequestRefusedException(IReadOnlyList<Diagnostic> diagnostics)
        : this(StatusCodes.Status400BadRequest, "invalidInput", string.Join(" ", diagnostics.Select(Sentence))) => Diagnostics = diagnostics;

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The findings; null when the message says it all.</summary>
    public IReadOnlyList<Diagnostic>? Diagnostics { get; }

    private static string Sentence(Diagnostic finding) => finding.Suggestion is null ? finding.Message : $"{finding.Message} {finding.Suggestion}";
}
