namespace Orchestrator.LocalHost.Functions;

/// <summary>Bindings as Azure Functions spells them.</summary>
internal static class TriggerTypes
{
    public const string Orchestration = "orchestrationTrigger";
    public const string Activity = "activityTrigger";
    public const string Http = "httpTrigger";
    public const string DurableClient = "durableClient";
    public const string HttpOutput = "http";
}
