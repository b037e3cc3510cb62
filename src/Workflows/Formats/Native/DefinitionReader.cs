using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads one parsed document of the native format as a <see cref="WorkflowDefinition"/>. Not thread-safe; for one document.</summary>
internal sealed class DefinitionReader(DiagnosticBag diagnostics)
{
    /// <summary>Whether the id of a step could not be read, so that a name that seems to be unknown may be that id.</summary>
    public bool HasUnreadNames { get; private set; }

    /// <summary>The definition, incomplete where there are errors; null when the document is not an object.</summary>
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
            reader.Error(
                DiagnosticCodes.InvalidId, reader.Take("slug")!,
                $"The slug '{slug}' must have 1 to 128 of the characters a-z, 0-9 and -, and be {NameRules.NoDevice}.");
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
                    $"The input name '{member.Name}' {NameRules.Requirement("digits and _")}", member.Value.Pointer);
            }

            if (!names.TryAdd(member.Name, member.Name))
            {
                diagnostics.Error(
                    DiagnosticCodes.DiffersOnlyInCase, member.Line, member.Column,
                    $"The inputs '{names[member.Name]}' and '{member.Name}' differ only in letter case.", member.Value.Pointer, NameRules.RenameOne);
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
                    Default = input.Take("default")?.ToJson(),
                    MaxLength = input.Integer("maxLength", 1),
                    Description = input.String("description"),
                };
                if (declared.Default is { } preset && declared.Violation(preset) is { } violation)
                {
                    input.Error(DiagnosticCodes.WrongValue, input.Take("default")!, $"The default of the input '{member.Name}' {violation}.");
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
            HasUnreadNames = true;
            workflow.Missing("steps", "The workflow has no steps.");
        }
        else if (!workflow.Expect(list, SourceKind.Array, "steps", "a list of steps"))
        {
            HasUnreadNames = true;
        }
        else
        {
            foreach (var item in list.Items.Take(DefinitionLimits.MaxSteps))
            {
                if (!workflow.Expect(item, SourceKind.Object, "steps", "a list of objects"))
                {
                    // A placeholder, so that the indexes of later steps are those of the text.
                    steps.Add(new StepDefinition { Id = "" });
                    HasUnreadNames = true;
                }
                else
                {
                    var reader = new StepReader(item, diagnostics);
                    steps.Add(reader.Read());
                    HasUnreadNames |= reader.HasUnreadNames;
                }
            }

            if (list.Items.Count == 0)
            {
                workflow.Error(DiagnosticCodes.NoSteps, list, "The workflow has no steps.");
            }
            else if (list.Items.Count > DefinitionLimits.MaxSteps)
            {
                HasUnreadNames = true;
                workflow.Error(
                    DiagnosticCodes.TooLarge, list.Items[DefinitionLimits.MaxSteps],
                    $"The workflow has {list.Items.Count} steps; {DefinitionLimits.MaxSteps} are allowed.");
            }
        }

        return steps;
    }
}
