using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>A call to a model failed. Chat clients that know more than an HTTP status throw this themselves.</summary>
public class ModelException(WorkflowError error, Exception? innerException = null) : WorkflowErrorException(error, innerException);

/// <summary>The configuration of models or prices cannot be used. The message names the setting.</summary>
public sealed class ModelConfigurationException(string message) : ModelException(new WorkflowError(ErrorKind.InvalidInput, message));
