using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Workflows;

/// <summary>What can be done with a definition in the body, nothing being kept or run.</summary>
public sealed class DefinitionFunctions(ToolSet tools)
{
    /// <summary>
    /// <c>POST /api/workflows/validate</c>: everything that is wrong with the definition, which is JSON or YAML whatever its media type says.
    /// </summary>
    [Function("ValidateWorkflow")]
    public Task<IResult> ValidateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "workflows/validate")] HttpRequest request, CancellationToken cancellationToken) =>
        Problems.AnswerAsync(async () =>
        {
            var text = await RequestBody.ReadAsync(request, DefinitionLimits.MaxBytes, cancellationToken);
            var result = WorkflowReader.Read(text, tools.Known);
            return Results.Json(new { valid = result.Workflow is not null, diagnostics = result.Diagnostics }, WorkflowJson.Document);
        });
}
