using Orchestrator.Activities.Events;

namespace Orchestrator.Cli.Output;

/// <summary>Shows what happens in a run while it happens.</summary>
internal interface IRunProgressView
{
    public void Show(RunEvent item);
}
