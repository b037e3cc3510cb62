using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>A call to a model failed. Chat clients that know more about the failure than an HTTP status throw it themselves.</summary>
public class ModelException(WorkflowError error, Exception? innerException = null) : WorkflowErrorException(error, innerException);

/// <summary>The configuration of models or prices is not valid. The message names the setting.</summary>
public sealed class ModelConfigurationException(string message) : ModelException(new WorkflowError(ErrorKind.InvalidInput, message));
