using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>The configuration of models or prices cannot be used. The message names the setting.</summary>
public sealed class ModelConfigurationException(string message) : ModelException(new WorkflowError(ErrorKind.InvalidInput, message));
