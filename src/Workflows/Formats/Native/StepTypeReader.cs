using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads the members of a step that depend on its type. Thread-safe.</summary>
internal static class StepTypeReader
{
    public static StepDefinition Prompt(ObjectReader reader, StepDefinition step)
    {
        step = step with
        {
            PromptId = reader.String("promptId"),
            Prompt = reader.String("prompt"),
            InputMapping = MappingReader.Values(reader, "inputMapping", "the input mapping"),
            Repeat = Repeat(reader),
        };
        if (reader.Take("promptId") is null && reader.Take("prompt") is null)
        {
            reader.Missing("promptId", $"{Named(step)} names no prompt and has no text.");
        }
        else if (reader.Take("promptId") is not null && reader.Take("prompt") is { } prompt)
        {
            reader.Error(DiagnosticCodes.WrongValue, prompt, $"{Named(step)} has both 'promptId' and 'prompt'; only one can count.");
        }

        return step;
    }

    public static StepDefinition Tool(ObjectReader reader, StepDefinition step)
    {
        if (reader.String("tool") is null && reader.Take("tool") is null)
        {
            reader.Missing("tool", $"{Named(step)} names no tool.");
        }

        return step with
        {
            Tool = reader.String("tool"),
            Input = reader.Object("input", "the tool's input") is { } input ? (JsonObject)input.Node.ToJson()! : null,
            InputMapping = MappingReader.Values(reader, "inputMapping", "the input mapping"),
            Repeat = Repeat(reader),
        };
    }

    public static StepDefinition Merge(ObjectReader reader, StepDefinition step)
    {
        var given = reader.Choice<MergeStepMode>("mode");
        var isKnown = given is not null || reader.Take("mode") is null;
        var mode = given ?? MergeStepMode.Object;
        var template = reader.String("template");
        var separator = reader.String("separator");
        if (reader.Take("template") is { } text && isKnown && mode != MergeStepMode.Template)
        {
            reader.Error(DiagnosticCodes.WrongValue, text, $"{Named(step)} has a 'template', which only the mode template fills in.");
        }
        else if (mode == MergeStepMode.Template && reader.Take("template") is null)
        {
            reader.Missing("template", $"{Named(step)} has the mode template and no text to fill in.");
        }

        if (reader.Take("separator") is { } between && isKnown && mode != MergeStepMode.Concat)
        {
            reader.Error(DiagnosticCodes.WrongValue, between, $"{Named(step)} has a 'separator', which only the mode concat uses.");
        }

        return step with
        {
            Merge = new MergeDefinition(mode, From(reader, step))
            {
                FromList = reader.Take("from") is { Kind: SourceKind.Array },
                Template = template,
                Separator = separator,
            },

            // The values it combines name the steps that it depends on.
            DependsOnAuto = step.DependsOnAuto || reader.Take("dependsOn") is null,
        };
    }

    private static string Named(StepDefinition step) => step.Id.Length == 0 ? "The step" : $"Step '{step.Id}'";

    private static IReadOnlyList<KeyValuePair<string, string>> From(ObjectReader reader, StepDefinition step)
    {
        if (reader.Take("from") is not { } from)
        {
            reader.Missing("from", $"{Named(step)} puts nothing together.");
            return [];
        }

        if (from.Kind == SourceKind.Object)
        {
            return MappingReader.Paths(reader, "from", "'from'")!;
        }

        var read = new List<KeyValuePair<string, string>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in reader.Texts("from", "a list of paths, or an object of names and paths") ?? [])
        {
            if (MappingReader.Path(reader, item, item.Text) is not { } path)
            {
                continue;
            }

            var name = Name(path);
            if (!names.Add(name))
            {
                reader.Error(
                    DiagnosticCodes.DuplicateName, item, $"Two values of {Named(step).ToLowerInvariant()} would be named '{name}'.",
                    "Write 'from' as an object of names and paths.");
            }

            read.Add(new(name, path));
        }

        return read;
    }

    /// <summary>The name of a value by its path: the last segment, and for <c>steps.x.output</c> the step's id.</summary>
    private static string Name(string path)
    {
        _ = ValuePath.TryParse(path, out var parsed, out _);
        return parsed!.Segments.LastOrDefault(segment => segment is not ("output" or "transformed")) ?? path;
    }

    private static RepeatDefinition? Repeat(ObjectReader step)
    {
        if (step.Object("repeat", "the repetition") is not { } repeat)
        {
            return null;
        }

        var until = repeat.String("until") is null ? null : MappingReader.ExpressionText(repeat, repeat.Take("until")!, "The condition");
        var max = repeat.Integer("max", 1, RepeatDefinition.MaxIterations);
        if (repeat.Take("until") is null)
        {
            repeat.Missing("until", "The repetition has no condition that ends it.");
        }

        if (repeat.Take("max") is null)
        {
            repeat.Missing("max", "The repetition has no limit.");
        }

        repeat.Finish();
        return until is null || max is null ? null : new RepeatDefinition(until, max.Value);
    }
}
