using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Preparation;

/// <summary>Checks before a run that its tools, their inputs and their secrets are there, as far as that can be known; mocked steps need none. Thread-safe.</summary>
public sealed class ToolCheck(ToolSet tools, ISecretSource secrets)
{
    /// <summary>Members of the tool's input in which placeholders are not ours to fill in; none of a tool that there is not.</summary>
    public IReadOnlyList<string> LiteralMembers(string tool) => tools.Find(tool) is { } found ? ToolSchema.LiteralMembers(found.InputSchema) : [];

    public async Task ReportAsync(PreparedRun run, List<WorkflowError> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var step in run.Steps.Where(step => step.Type == StepType.Tool && run.Executes(step) && IsCalled(run, step)))
        {
            if (tools.Find(step.Tool!) is not { } tool)
            {
                var advice = Suggestion.For(step.Tool!, tools.Names) ?? $"There are {string.Join(", ", tools.Names)}.";
                Add(ErrorKind.ToolNotFound, step, $"Step '{step.Id}' calls the tool '{step.Tool}', which this host does not have. {advice}");
                continue;
            }

            if (step.Input is not null)
            {
                foreach (var finding in ToolInputCheck.Check(tool.InputSchema, step.Input, templated: true))
                {
                    Add(ErrorKind.InvalidDefinition, step, $"The input of step '{step.Id}' is wrong. {finding.Message}{(finding.Suggestion is null ? "" : $" {finding.Suggestion}")}");
                }
            }

            foreach (var name in SecretsOf(run, step))
            {
                if (await secrets.FindAsync(name, cancellationToken) is null)
                {
                    Add(
                        ErrorKind.InvalidInput, step,
                        $"Step '{step.Id}' needs the secret '{name}', and this host has none of that name. Set the environment variable ORCHESTRATOR_SECRET_{name.ToUpperInvariant()}.");
                }
            }
        }

        void Add(ErrorKind kind, PreparedStep step, string message) => problems.Add(new WorkflowError(kind, message) { Step = step.Id });
    }

    /// <summary>With mocks only tools that need no mock are called, and only when no mock names their step.</summary>
    private static bool IsCalled(PreparedRun run, PreparedStep step) =>
        run.Mocks is not { } mocks || (!MockScript.NeedsOne(step.Type, step.Tool) && mocks.Entry(step.Id, 0, any: false) is null);

    private static IEnumerable<string> SecretsOf(PreparedRun run, PreparedStep step)
    {
        try
        {
            return StepTexts.Of(run, step).SecretNames;
        }
        catch (TemplateException)
        {
            // Reported with all other names.
            return [];
        }
    }
}
