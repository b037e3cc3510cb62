using System.Globalization;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Mocks;

/// <summary>How the simulated model behaves. With the defaults a call takes about two seconds.</summary>
public sealed record SimulatedModelOptions
{
    /// <summary>The name of the model, before any options.</summary>
    public const string ModelName = "simulated";

    private const string Example = $"{ModelName}:latency=300,tokensPerSecond=80,tokens=140";
    private static readonly string[] Names = ["latency", "tokensPerSecond", "tokens"];

    /// <summary>Time before the first token starts. 0 to 600,000 ms, default 300 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Speed of the text. 0.01 to 1,000,000; default 80.</summary>
    public double TokensPerSecond { get; init; } = 80;

    /// <summary>Length of the text; a list of scores is never cut short for it. 1 to 100,000, default 140.</summary>
    public int Tokens { get; init; } = 140;

    /// <summary>Whether the name means this model, whatever its options.</summary>
    public static bool IsSimulated(string model) =>
        model == ModelName || model.StartsWith(ModelName + ":", StringComparison.Ordinal);

    /// <summary>Reads <c>simulated</c> or <c>simulated:latency=300,tokensPerSecond=80,tokens=140</c>, any of them, in any order.</summary>
    /// <exception cref="ModelOptionException">A part is wrong; names it.</exception>
    public static SimulatedModelOptions Parse(string model)
    {
        if (!IsSimulated(model))
        {
            throw new ModelOptionException(model, $"'{model}' is not the simulated model: its name is '{ModelName}'.");
        }

        var options = new SimulatedModelOptions();
        if (model.Length == ModelName.Length)
        {
            return options;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in model[(ModelName.Length + 1)..].Split(','))
        {
            var (name, text) = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right]
                ? (left, right)
                : throw Wrong(model, part, "an option is written name=value");
            if (!seen.Add(name))
            {
                throw Wrong(model, part, $"'{name}' is given twice");
            }

            options = name switch
            {
                "latency" => options with { Latency = TimeSpan.FromMilliseconds(Number(model, part, text, 0, 600_000)) },
                "tokensPerSecond" => options with { TokensPerSecond = Number(model, part, text, 0.01, 1_000_000) },
                "tokens" => options with { Tokens = (int)Number(model, part, text, 1, 100_000, whole: true) },
                _ => throw Wrong(
                    model, part, $"there is no option '{name}', only {string.Join(", ", Names)}. {Suggestion.For(name, Names)}".TrimEnd(' ', '.')),
            };
        }

        return options;
    }

    private static double Number(string model, string part, string text, double least, double most, bool whole = false)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        if (!isNumber || value < least || value > most || (whole && value != Math.Floor(value)))
        {
            throw Wrong(model, part, FormattableString.Invariant($"it takes a {(whole ? "whole " : "")}number from {least} to {most}"));
        }

        return value;
    }

    private static ModelOptionException Wrong(string model, string part, string reason) =>
        new(part, $"In the model name '{model}', '{part}' is wrong: {reason}{(reason.EndsWith('?') ? "" : ".")} Example: {Example}");
}

/// <summary>The name of the simulated model carries an option that cannot be used.</summary>
/// <param name="part">The part that is wrong, as it was written.</param>
public sealed class ModelOptionException(string part, string message) : FormatException(message)
{
    /// <summary>The part that is wrong, as it was written.</summary>
    public string Part { get; } = part;
}
