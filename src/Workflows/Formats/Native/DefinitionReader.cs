using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Turns a parsed document of the native format into a <see cref="WorkflowDefinition"/>. For one document.</summary>
internal sealed class DefinitionReader(DiagnosticBag diagnostics)
{
    /// <summary>Some step's name could not be read, so that a name that seems to be unknown may be its.</summary>
    public bool MissesNames { get; private set; }

    public WorkflowDefinition? Read(SourceNode root)
    {
        if (root.Kind != SourceKind.Object)
        {
            diagnostics.Error(DiagnosticCodes.WrongType, root.Line, root.Column, "A workflow definition is an object with 'steps'.");
            return null;
        }

        var reader = new ObjectReader(root, "the workflow", diagnostics);
        reader.String("$schema");
        var definition = new WorkflowDefinition
        {
            Id = reader.String("id"),
            Slug = Slug(reader),
            Name = reader.String("name"),
            Description = reader.String("description"),
            AppName = reader.String("appName"),
            Inputs = Inputs(reader),
            Options = WorkflowOptionsReader.Read(reader),
            Resources = ResourceReader.Read(reader),
            Finally = reader.Names("finally"),
            Outputs = MappingReader.Paths(reader, "outputs", "the outputs"),
            Steps = Steps(reader),
        };
        reader.Finish();
        return definition;
    }

    private static string? Slug(ObjectReader reader)
    {
        var slug = reader.String("slug");
        if (slug is not null && !NameRules.Slug.IsMatch(slug))
        {
            reader.Error(DiagnosticCodes.InvalidId, reader.Take("slug")!, $"The slug '{slug}' may have only a-z, 0-9 and -, 1 to 128 in all, and be {NameRules.NoDevice}.");
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
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in inputs.Node.Members)
        {
            if (!NameRules.OutputKey.IsMatch(member.Name))
            {
                diagnostics.Error(
                    DiagnosticCodes.InvalidId, member.Line, member.Column,
                    $"The input name '{member.Name}' must begin with a letter or _ and have only letters, digits and _, at most 128 in all, and be {NameRules.NoDevice}.",
                    member.Value.Pointer);
            }

            if (!names.TryAdd(member.Name, member.Name))
            {
                diagnostics.Error(
                    DiagnosticCodes.DiffersOnlyInCase, member.Line, member.Column, $"The inputs '{names[member.Name]}' and '{member.Name}' differ only in letter case.",
                    member.Value.Pointer, NameRules.OneFile);
            }

            if (inputs.Object(member.Name, $"the input '{ExpressionText.Cut(member.Name)}'") is not { } input)
            {
                read.Add(new InputDefinition(member.Name));
            }
            else
            {
                var declared = new InputDefinition(member.Name)
                {
                    Type = input.Choice<InputType>("type") ?? InputType.Any,
                    Required = input.Boolean("required") ?? false,
                    Default = input.Take("default") is { } value ? SourceValue.ToJson(value) : null,
                    MaxLength = input.Integer("maxLength", 1),
                    Description = input.String("description"),
                };
                if (declared.Default is { } preset && declared.Complaint(preset) is { } complaint)
                {
                    input.Error(DiagnosticCodes.WrongValue, input.Take("default")!, $"The default of the input '{member.Name}' {complaint}.");
                }

                input.Finish();
                read.Add(declared);
            }
        }

        return read;
    }

    private List<StepDefinition> Steps(ObjectReader workflow)
    {
        var steps = new List<StepDefinition>();
        if (workflow.Take("steps") is not { } list)
        {
            MissesNames = true;
            workflow.Missing("steps", "The workflow has no steps.");
        }
        else if (!workflow.Expect(list, SourceKind.Array, "steps", "a list of steps"))
        {
            MissesNames = true;
        }
        else
        {
            foreach (var item in list.Items.Take(DefinitionLimits.MaxSteps))
            {
                if (!workflow.Expect(item, SourceKind.Object, "steps", "a list of objects"))
                {
                    // A stand-in, so that positions stay those of the text.
                    steps.Add(new StepDefinition { Id = "" });
                    MissesNames = true;
                }
                else
                {
                    var reader = new StepReader(item, diagnostics);
                    steps.Add(reader.Read());
                    MissesNames |= reader.MissesNames;
                }
            }

            if (list.Items.Count == 0)
            {
                workflow.Error(DiagnosticCodes.NoSteps, list, "The workflow has no steps.");
            }
            else if (list.Items.Count > DefinitionLimits.MaxSteps)
            {
                MissesNames = true;
                workflow.Error(
                    DiagnosticCodes.TooLarge, list.Items[DefinitionLimits.MaxSteps],
                    $"The workflow has {list.Items.Count} steps; {DefinitionLimits.MaxSteps} are allowed.");
            }
        }

        return steps;
    }
}
