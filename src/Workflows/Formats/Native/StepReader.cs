using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads one step of the native format. Not thread-safe; for one step.</summary>
internal sealed class StepReader
{
    /// <summary>Step types of later versions, which this one does not support.</summary>
    private static readonly string[] UnsupportedTypes = ["group", "map", "branch", "workflow", "wait"];

    private readonly ObjectReader _step;
    private readonly string? _id;

    public StepReader(SourceNode node, DiagnosticBag diagnostics)
    {
        // An id that is too long counts as missing, because every error of the step would repeat it.
        _id = node.Member("id") is { Kind: SourceKind.String, Text.Length: <= NameRules.MaxIdLength } given ? given.Text : null;
        _step = new ObjectReader(node, _id is null ? "the step" : $"step '{_id}'", diagnostics, _id);
    }

    /// <summary>Whether its id, or the ids of nested steps, could not be read.</summary>
    public bool HasUnreadNames { get; private set; }

    public StepDefinition Read()
    {
        Names();
        var type = Type();
        var step = new StepDefinition
        {
            Id = _id ?? "",
            Type = type ?? StepType.Prompt,
            OutputKey = _step.String("outputKey"),
            DependsOn = DependsOn(out var isAuto),
            DependsOnAuto = isAuto,
        };
        if (type is null)
        {
            // The other members depend on the type.
            HasUnreadNames = true;
            return step;
        }

        step = step with
        {
            Description = _step.String("description"),
            KeyMerge = _step.Choice<KeyMerge>("merge"),
            Join = _step.Choice<JoinKind>("join") ?? JoinKind.All,
            When = _step.String("when") is null ? null : MappingReader.ExpressionText(_step, _step.Take("when")!, "The condition"),
            Uses = _step.Names("uses"),
            Reads = _step.Names("reads"),
            Writes = _step.Names("writes"),
            Options = StepOptionsReader.Read(_step, step.Type),
        };
        step = step.Type switch
        {
            StepType.Tool => StepTypeReader.Tool(_step, step),
            StepType.Merge => StepTypeReader.Merge(_step, step),
            _ => StepTypeReader.Prompt(_step, step),
        };
        _step.Finish();
        return step;
    }

    private StepType? Type()
    {
        var given = _step.String("type");
        if (given is not null && UnsupportedTypes.Contains(given))
        {
            _step.Error(
                DiagnosticCodes.UnsupportedProperty, _step.Take("type")!,
                $"Steps of type '{given}' are not supported by this version; prompt, tool and merge are.");
            return null;
        }

        if (_step.Node.Member("type") is null && _step.Node.Member("tool") is not null)
        {
            _step.Missing("type", "The step names a tool and has no type.", "\"type\": \"tool\"");
            return StepType.Tool;
        }

        return given is null ? StepType.Prompt : _step.Choice<StepType>("type", UnsupportedTypes);
    }

    private void Names()
    {
        if (_step.Take("id") is not { } id)
        {
            HasUnreadNames = true;
            _step.Missing("id", "The step has no id.");
        }
        else if (_step.String("id") is not null && _id is null)
        {
            HasUnreadNames = true;
            CheckName(id, matches: false, "step id", "digits, _ and -");
        }
        else if (_id is null)
        {
            HasUnreadNames = true;
        }
        else
        {
            CheckName(id, NameRules.StepId.IsMatch(id.Text), "step id", "digits, _ and -");
        }

        if (_step.Take("outputKey") is { Kind: SourceKind.String } key)
        {
            CheckName(key, NameRules.OutputKey.IsMatch(key.Text), "outputKey", "digits and _");
        }
    }

    private IReadOnlyList<string> DependsOn(out bool isAuto)
    {
        isAuto = _step.Take("dependsOn") is { Kind: SourceKind.String, Text: "auto" };
        return isAuto ? [] : [.. (_step.Texts("dependsOn", "a list of step ids, or auto") ?? []).Select(text => text.Text)];
    }

    private void CheckName(SourceNode at, bool matches, string what, string others)
    {
        if (!matches)
        {
            _step.Error(DiagnosticCodes.InvalidId, at, $"The {what} '{at.Text}' {NameRules.Requirement(others)}");
        }
        else if (NameRules.Reserved.Contains(at.Text))
        {
            _step.Error(DiagnosticCodes.ReservedName, at, $"'{at.Text}' is a reserved name and cannot be the {what}.");
        }
    }
}
