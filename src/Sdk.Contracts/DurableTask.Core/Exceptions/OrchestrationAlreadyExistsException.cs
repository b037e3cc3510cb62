#nullable disable // as in the engine

namespace DurableTask.Core.Exceptions;

/// <summary>Starting an orchestration was refused because an instance of that id exists in a state that the start must not replace.</summary>
public class OrchestrationAlreadyExistsException : InvalidOperationException
{
    public OrchestrationAlreadyExistsException()
    {
    }

    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
