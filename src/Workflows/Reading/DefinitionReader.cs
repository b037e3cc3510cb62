using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Reading;

/// <summary>Turns a parsed document of the native format into a <see cref="WorkflowDefinition"/>.</summary>
internal sealed class DefinitionReader(DiagnosticBag diagnostics)
{
    public WorkflowDefinition? Read(SourceNode root)
    {
        if (root.Kind != SourceKind.Object)
        {
            diagnostics.Error(DiagnosticCodes.WrongType, root.Line, root.Column, "A workflow definition is an object with 'steps'.");
            return null;
        }

        var reader = new ObjectReader(root, "the workflow", diagnostics);
        var definition = new WorkflowDefinition
        {
            Id = reader.String("id"),
            Slug = Slug(reader),
            Name = reader.String("name"),
            Description = reader.String("description"),
            AppName = reader.String("appName"),
            Inputs = Inputs(reader),
            Options = Options(reader),
            Finally = [.. (reader.Texts("finally") ?? []).Select(text => text.Text)],
            Outputs = MappingReader.Read(reader, "outputs", "the outputs"),
            Steps = Steps(reader),
        };
        reader.Finish("resources", "rateLimits");
        return definition;
    }

    private static string? Slug(ObjectReader reader)
    {
        var slug = reader.String("slug");
        if (slug is not null && !NameRules.Slug.IsMatch(slug))
        {
            reader.Error(DiagnosticCodes.InvalidId, reader.Take("slug")!, $"The slug '{slug}' may have only a-z, 0-9 and -.");
        }

        return slug;
    }

    private List<InputDefinition>? Inputs(ObjectReader workflow)
    {
        if (workflow.Object("inputs", "the inputs") is not { } inputs)
        {
            return null;
        }

        var read = new List<InputDefinition>();
        foreach (var member in inputs.Node.Members)
        {
            if (!NameRules.OutputKey.IsMatch(member.Name))
            {
                diagnostics.Error(
                    DiagnosticCodes.InvalidId, member.Line, member.Column,
                    $"The input name '{member.Name}' must begin with a letter or _ and have only letters, digits and _.", member.Value.Pointer);
            }

            if (inputs.Object(member.Name, $"the input '{member.Name}'") is { } input)
            {
                read.Add(new InputDefinition(member.Name)
                {
                    Type = input.Choice<InputType>("type") ?? InputType.Any,
                    Required = input.Boolean("required") ?? false,
                    Default = input.Take("default") is { } value ? SourceValue.ToJson(value) : null,
                    MaxLength = input.Integer("maxLength", 1),
                    Description = input.String("description"),
                });
                input.Finish();
            }
        }

        return read;
    }

    private static WorkflowOptions Options(ObjectReader workflow)
    {
        if (workflow.Object("options", "the workflow's options") is not { } options)
        {
            return new WorkflowOptions();
        }

        var read = new WorkflowOptions
        {
            MaxParallelism = options.Integer("maxParallelism", 1, 10_000),
            ParallelBatchDelay = options.Integer("parallelBatchDelay", 0),
            DefaultModel = options.String("defaultModel"),
            Timeout = options.Integer("timeout", 1),
            MaxDuration = options.Integer("maxDuration", 1),
            QueueSize = options.Integer("queueSize", 0),
            QueueFull = options.Choice<QueueFullPolicy>("queueFull"),
            Stream = options.Boolean("stream"),
            OnStepFailure = options.Choice<FailurePolicy>("onStepFailure"),
        };
        options.Finish("budget");
        return read;
    }

    private List<StepDefinition> Steps(ObjectReader workflow)
    {
        var steps = new List<StepDefinition>();
        if (workflow.Take("steps") is not { } list)
        {
            workflow.Missing("steps", "The workflow has no steps.");
        }
        else if (workflow.Expect(list, SourceKind.Array, "steps", "a list of steps"))
        {
            foreach (var item in list.Items.Take(DefinitionLimits.MaxSteps))
            {
                if (workflow.Expect(item, SourceKind.Object, "steps", "a list of objects"))
                {
                    steps.Add(new StepReader(diagnostics).Read(item));
                }
            }

            if (list.Items.Count == 0)
            {
                workflow.Error(DiagnosticCodes.NoSteps, list, "The workflow has no steps.");
            }
            else if (list.Items.Count > DefinitionLimits.MaxSteps)
            {
                workflow.Error(
                    DiagnosticCodes.TooLarge, list.Items[DefinitionLimits.MaxSteps],
                    $"The workflow has {list.Items.Count} steps; {DefinitionLimits.MaxSteps} are allowed.");
            }
        }

        return steps;
    }
}
