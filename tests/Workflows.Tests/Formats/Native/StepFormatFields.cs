using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>The members of steps, without their options.</summary>
internal static class StepFormatFields
{
    public static IEnumerable<FormatField> All =>
    [
        new("steps.id", FormatFrame.Alone, "\"steps\": [ { \"id\": \"a-1\", \"prompt\": \"x\" } ]", workflow =>
            workflow.Steps[0].Id, "\"a-1\"", "\"steps\": [ { \"id\": «\"1a\", \"prompt\": \"x\" } ]", DiagnosticCodes.InvalidId),
        new("steps.id", FormatFrame.Alone, "\"steps\": [ { \"id\": \"_\", \"prompt\": \"x\" } ]", workflow =>
            workflow.Steps[0].EffectiveOutputKey, "\"_\"", "\"steps\": [ «{ \"prompt\": \"x\" } ]", DiagnosticCodes.MissingProperty),
        Of("type", "\"type\": \"prompt\", \"prompt\": \"x\"", step =>
            step.Type, "\"prompt\"", "\"type\": «\"group\"", DiagnosticCodes.UnsupportedProperty),
        Of("type", "\"prompt\": \"x\"", step => step.Type, "\"prompt\"", "\"type\": «\"promt\", \"prompt\": \"x\"", DiagnosticCodes.WrongValue),
        Of("description", "\"prompt\": \"x\", \"description\": \"D\"", step =>
            step.Description, "\"D\"", "\"prompt\": \"x\", \"description\": «1", DiagnosticCodes.WrongType),
        Of("promptId", "\"promptId\": \"p@v1\"", step => step.PromptId, "\"p@v1\"", "\"promptId\": «7", DiagnosticCodes.WrongType),
        Of("prompt", "\"prompt\": \"Say {{answer}}.\"", step =>
            step.Prompt, "\"Say {{answer}}.\"", "\"promptId\": \"p\", \"prompt\": «\"x\"", DiagnosticCodes.WrongValue),
        Of("outputKey", "\"prompt\": \"x\", \"outputKey\": \"o_1\"", step =>
            step.OutputKey, "\"o_1\"", "\"prompt\": \"x\", \"outputKey\": «\"o-1\"", DiagnosticCodes.InvalidId),
        Of("outputKey", "\"prompt\": \"x\", \"outputKey\": \"runs\"", step =>
            step.OutputKey, "\"runs\"", "\"prompt\": \"x\", \"outputKey\": «\"run\"", DiagnosticCodes.ReservedName),
        Of("merge", "\"prompt\": \"x\", \"merge\": \"append\"", step =>
            step.KeyMerge, "\"append\"", "\"prompt\": \"x\", \"merge\": «\"first\"", DiagnosticCodes.WrongValue),
        Of("dependsOn", "\"prompt\": \"x\", \"dependsOn\": [\"b\"]", step =>
            step.DependsOn, "[\"b\"]", "\"prompt\": \"x\", \"dependsOn\": [\"b\", «1]", DiagnosticCodes.WrongType),
        Of("dependsOn", "\"prompt\": \"{{b}}\", \"dependsOn\": \"auto\"", step =>
            step.DependsOnAuto, "true", "\"prompt\": \"x\", \"dependsOn\": «\"b\"", DiagnosticCodes.WrongType),
        Of("join", "\"prompt\": \"x\", \"dependsOn\": [\"b\"], \"join\": \"settled\"", step =>
            step.Join, "\"settled\"", "\"prompt\": \"x\", \"dependsOn\": [\"b\"], \"join\": «\"some\"", DiagnosticCodes.WrongValue),
        Of("when", "\"prompt\": \"x\", \"when\": \"inputs.answer != ''\"", step =>
            step.When, "\"inputs.answer != ''\"", "\"prompt\": \"x\", \"when\": «\"inputs.answer !=\"", DiagnosticCodes.InvalidExpression),
        Of("inputMapping", "\"prompt\": \"x\", \"inputMapping\": {}", step =>
            step.InputMapping, "[]", "\"prompt\": \"x\", \"inputMapping\": «[\"answer\"]", DiagnosticCodes.WrongType),
        Of("inputMapping.*", "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": " +
            "\"inputs.answer\" }", step => step.InputMapping![0], "{\"key\":\"q\",\"value\":{\"kind\":\"path\",\"text\":\"inputs.answer\"}}",
            "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": «\"inputs answer\" }", DiagnosticCodes.InvalidPath),
        Of("inputMapping.*.value", "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": { " +
            "\"value\": [1] } }", step => step.InputMapping![0].Value, "{\"kind\":\"literal\",\"value\":[1]}",
            "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": «{ \"value\": 1, \"expr\": \"1\" } }", DiagnosticCodes.WrongValue),
        Of("inputMapping.*.expr", "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": { \"expr\": " +
            "\"len(answer)\" } }", step => step.InputMapping![0].Value, "{\"kind\":\"expression\",\"text\":\"len(answer)\"}",
            "\"prompt\": \"{{q}}\", \"inputMapping\": { \"q\": «{ \"expr\": null } }", DiagnosticCodes.WrongValue),
        Of("uses", "\"prompt\": \"x\", \"uses\": [\"crm\"]", step =>
            step.Uses, "[\"crm\"]", "\"prompt\": \"x\", \"uses\": [«2]", DiagnosticCodes.WrongType),
        Of("reads", "\"prompt\": \"x\", \"reads\": [\"crm.customer\"]", step =>
            step.Reads, "[\"crm.customer\"]", "\"prompt\": \"x\", \"reads\": [«null]", DiagnosticCodes.WrongType),
        Of("writes", "\"prompt\": \"x\", \"writes\": [\"crm.score\"]", step =>
            step.Writes, "[\"crm.score\"]", "\"prompt\": \"x\", \"writes\": «{}", DiagnosticCodes.WrongType),
        Of("repeat", "\"prompt\": \"x\", \"repeat\": { \"until\": \"a == 'x'\", \"max\": 3 }", step =>
            step.Repeat!.Max, "3", "\"prompt\": \"x\", \"repeat\": «3", DiagnosticCodes.WrongType),
        Of("repeat.until", "\"prompt\": \"x\", \"repeat\": { \"until\": \"a > 8\", \"max\": 3 }", step =>
            step.Repeat!.Until, "\"a > 8\"", "\"prompt\": \"x\", \"repeat\": «{ \"max\": 3 }", DiagnosticCodes.MissingProperty),
        Of("repeat.max", "\"prompt\": \"x\", \"repeat\": { \"until\": \"a > 8\", \"max\": 100 }", step =>
            step.Repeat!.Max, "100", "\"prompt\": \"x\", \"repeat\": { \"until\": \"a > 8\", \"max\": «101 }", DiagnosticCodes.WrongValue),
        Of("options", "\"prompt\": \"x\", \"options\": { \"cache\": true }", step =>
            step.Options.Cache, "true", "\"prompt\": \"x\", \"options\": «[]", DiagnosticCodes.WrongType),
        Of("tool", "\"type\": \"tool\", \"tool\": \"http_request\", \"options\": { \"timeout\": 1 }", step =>
            step.Tool, "\"http_request\"", "\"type\": \"tool\", \"tool\": «1, \"options\": { \"timeout\": 1 }", DiagnosticCodes.WrongType),
        Of("input", "\"type\": \"tool\", \"tool\": \"t\", \"input\": { \"url\": \"{{answer}}\" }, \"options\": { " +
            "\"timeout\": 1 }", step => step.Input, "{\"url\":\"{{answer}}\"}",
            "\"type\": \"tool\", \"tool\": \"t\", \"input\": «\"u\", \"options\": { \"timeout\": 1 }", DiagnosticCodes.WrongType),
        Of("mode", "\"type\": \"merge\", \"mode\": \"array\", " +
            "\"from\": [\"b\"]", step => step.Merge!.Mode, "\"array\"",
            "\"type\": \"merge\", \"mode\": «\"templat\", \"from\": [\"b\"], \"template\": \"{{b}}\"", DiagnosticCodes.WrongValue),
        Of("from", "\"type\": \"merge\", \"from\": { \"x\": \"b\" }", step =>
            step.Merge!.From, "[{\"key\":\"x\",\"value\":\"b\"}]", "\"type\": \"merge\", \"from\": «\"b\"", DiagnosticCodes.WrongType),
        Of("template", "\"type\": \"merge\", \"mode\": \"template\", \"from\": [\"b\"], \"template\": \"{{b}}\"", step =>
            step.Merge!.Template, "\"{{b}}\"", "\"type\": \"merge\", \"from\": [\"b\"], \"template\": «\"{{b}}\"", DiagnosticCodes.WrongValue),
        Of("separator", "\"type\": \"merge\", \"mode\": \"concat\", \"from\": [\"b\"], " +
            "\"separator\": \", \"", step => step.Merge!.Separator, "\", \"",
            "\"type\": \"merge\", \"mode\": \"array\", \"from\": [\"b\"], \"separator\": «\", \"", DiagnosticCodes.WrongValue),
    ];

    private static FormatField Of(string name, string written, Func<StepDefinition, object?> value, string expected, string wrong, string code) =>
        new($"steps.{name}", FormatFrame.Step, written, workflow => value(workflow.Steps[1]), expected, wrong, code);
}
