using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A prompt was not found or cannot be used.</summary>
public sealed class PromptException : WorkflowErrorException
{
    private PromptException(WorkflowError error, IReadOnlyList<Diagnostic> diagnostics, Exception? innerException)
        : base(error, innerException) => Diagnostics = diagnostics;

    /// <summary>The mistakes in the file, with lines; empty when its content is not the problem.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    internal static PromptException NotFound(string message, Exception? innerException = null) =>
        new(new WorkflowError(ErrorKind.PromptNotFound, message), [], innerException);

    internal static PromptException Invalid(string message, Exception? innerException = null) =>
        new(new WorkflowError(ErrorKind.InvalidDefinition, message), [], innerException);

    /// <summary>All mistakes of one file in one message, each as <c>file:line: message</c>.</summary>
    internal static PromptException Invalid(string path, IReadOnlyList<Diagnostic> diagnostics)
    {
        var lines = diagnostics.Select(d => $"{path}:{d.Line}: {d.FullMessage()}");
        return new PromptException(new WorkflowError(ErrorKind.InvalidDefinition, string.Join('\n', lines)), diagnostics, null);
    }
}
