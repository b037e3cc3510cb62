namespace Orchestrator.Functions.Http;

/// <summary>A request is not written as it must be; the answer is a problem of this status.</summary>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}
