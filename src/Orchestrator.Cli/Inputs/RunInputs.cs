using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Cli.Inputs;

/// <summary>Reads the inputs of a run from the command line: a file, over which single values go.</summary>
internal static class RunInputs
{
    /// <summary>The file beside a definition that is read when no inputs are given.</summary>
    private const string SampleName = "inputs.json";

    /// <summary>Reads the inputs.</summary>
    /// <param name="file">A JSON file with one member per input; null for none.</param>
    /// <param name="values">
    /// <c>key=value</c> or <c>key=@file</c>. A value that is a JSON number, boolean, null, array or object is read as JSON, any other is text; a
    /// value in quotes is the text between them.
    /// </param>
    /// <param name="definition">The definition's file, whose folder may have sample inputs; null when there is none.</param>
    /// <param name="note">A sentence for the user when sample inputs are used; null otherwise.</param>
    /// <exception cref="UsageException">A file cannot be read, or a value has another form.</exception>
    public static JsonObject Read(string? file, IReadOnlyList<string> values, string? definition, out string? note)
    {
        note = null;
        if (file is null && values.Count == 0 && definition is not null)
        {
            var sample = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(definition))!, SampleName);
            if (File.Exists(sample))
            {
                file = sample;
                note = $"Inputs: {Path.GetRelativePath(Environment.CurrentDirectory, sample)} (neither -i nor --inputs was given).";
            }
        }

        var inputs = file is null ? [] : ReadFile(file);
        foreach (var (name, value) in Pairs("-i", "input", "key", values))
        {
            inputs[name] = value?.DeepClone();
        }

        return inputs;
    }

    /// <summary>Reads outputs of steps: <c>step=value</c> or <c>step=@file</c>, as inputs are read; a <c>.json</c> file is read as JSON.</summary>
    /// <exception cref="UsageException">A file cannot be read, or a value has another form.</exception>
    public static JsonObject ReadOutputs(IReadOnlyList<string> values) => Pairs("--output", "output", "step", values);

    private static JsonObject Pairs(string option, string what, string name, IReadOnlyList<string> values)
    {
        var pairs = new JsonObject();
        foreach (var value in values)
        {
            var split = value.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
            {
                throw new UsageException($"'{value}' is no {what}. Write {option} {name}=value, or {option} {name}=@file.");
            }

            var text = value[(split + 1)..];
            pairs[value[..split]] = option == "--output" && text.StartsWith('@') && text.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? ReadJson(text[1..], "The output file")
                : Value(text, $"The {what} file");
        }

        return pairs;
    }

    private static JsonNode? Value(string text, string file)
    {
        if (text.StartsWith('@'))
        {
            return JsonValue.Create(InputFile.Read(text[1..], file));
        }

        if (text.StartsWith('"') && IsJson(text) && Read(text, text)!.GetValue<string>() is var quoted && LooksLikeJson(quoted))
        {
            return JsonValue.Create(quoted);
        }

        return LooksLikeJson(text) ? Read(text, $"The value '{text}'") : JsonValue.Create(text);
    }

    private static bool LooksLikeJson(string text) =>
        text.Length > 0 && (text[0] is '{' or '[' or '-' || char.IsAsciiDigit(text[0]) || text is "true" or "false" or "null") && IsJson(text);

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonObject ReadFile(string file) => ReadJson(file, "The inputs file") as JsonObject
        ?? throw new UsageException($"The inputs file '{file}' must hold a JSON object with one member per input.");

    private static JsonNode? ReadJson(string file, string what) => Read(InputFile.Read(file, what), $"{what} '{file}'");

    private static JsonNode? Read(string json, string what)
    {
        var root = SourceText.ReadJson(json, out var findings);
        return findings is [var first, ..]
            ? throw new UsageException($"{what} cannot be read: line {first.Line}, column {first.Column}: {first.Message}")
            : root!.ToJson();
    }
}
