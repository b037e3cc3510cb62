using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Checks before a run that the tools that it calls exist, that their inputs fit as far as is known, and that their secrets exist. Mocked steps are
/// not checked. Thread-safe.
/// </summary>
public sealed class ToolCheck(ToolSet tools, ISecretSource secrets)
{
    /// <summary>The members of the tool's input whose placeholders are left to the tool; empty for an unknown tool.</summary>
    public IReadOnlyList<string> LiteralMembers(string tool) => tools.Find(tool) is { } found ? ToolSchema.LiteralMembers(found.InputSchema) : [];

    /// <summary>Adds a problem for each tool, input or secret that is missing or wrong.</summary>
    public async Task ReportAsync(PreparedRun run, List<WorkflowError> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var step in run.Steps.Where(step => step.Type == StepType.Tool && run.Executes(step) && IsCalled(run, step)))
        {
            if (tools.Find(step.Tool!) is not { } tool)
            {
                var advice = Suggestion.ForOrAll(step.Tool!, tools.Names);
                Add(ErrorKind.ToolNotFound, step, $"Step '{step.Id}' calls the tool '{step.Tool}', which this host does not have. {advice}");
                continue;
            }

            if (step.Input is not null)
            {
                foreach (var finding in ToolInputCheck.Check(tool.InputSchema, step.Input, templated: true))
                {
                    var message = $"The input of step '{step.Id}' is wrong. {finding.Message}";
                    Add(ErrorKind.InvalidDefinition, step, Suggestion.Append(message, finding.Suggestion));
                }
            }

            foreach (var name in SecretsOf(run, step))
            {
                if (await secrets.FindAsync(name, cancellationToken) is null)
                {
                    Add(
                        ErrorKind.InvalidInput, step,
                        $"Step '{step.Id}' needs the secret '{name}', and this host has none of that name. {secrets.AdviceFor(name)}");
                }
            }
        }

        void Add(ErrorKind kind, PreparedStep step, string message) => problems.Add(new WorkflowError(kind, message) { Step = step.Id });
    }

    /// <summary>Whether the tool is called: with mocks only a tool that needs none, and only if no mock names the step.</summary>
    private static bool IsCalled(PreparedRun run, PreparedStep step) =>
        run.Mocks is not { } mocks || (!MockScript.NeedsMock(step.Type, step.Tool) && mocks.Entry(step.Id, 0, any: false) is null);

    private static IEnumerable<string> SecretsOf(PreparedRun run, PreparedStep step)
    {
        try
        {
            return StepTemplates.Of(run, step).SecretNames;
        }
        catch (TemplateException)
        {
            // PromptCheck reports it.
            return [];
        }
    }
}
