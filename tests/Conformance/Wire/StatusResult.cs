namespace Orchestrator.Conformance.Wire.Rpc;

internal partial class StatusResult
{
    public bool IsSuccess => Status == Types.Status.Success;
}
