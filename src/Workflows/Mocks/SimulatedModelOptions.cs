using System.Globalization;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Mocks;

/// <summary>The options of the simulated model. With the defaults a call takes about two seconds. Immutable.</summary>
public sealed record SimulatedModelOptions
{
    /// <summary>The name of the model without options.</summary>
    public const string ModelName = "simulated";

    private const string Example = $"{ModelName}:latency=300,tokensPerSecond=80,tokens=140";
    private static readonly string[] Names = ["latency", "tokensPerSecond", "tokens"];

    /// <summary>Time before the first token starts: 0 to 600,000 ms, default 300 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Tokens per second: 0.01 to 1,000,000, default 80.</summary>
    public double TokensPerSecond { get; init; } = 80;

    /// <summary>Tokens of the answer: 1 to 100,000, default 140. A list of scores is never shortened.</summary>
    public int Tokens { get; init; } = 140;

    /// <summary>Whether the name is that of this model, with any or no options.</summary>
    public static bool IsSimulated(string model) =>
        model == ModelName || model.StartsWith(ModelName + ":", StringComparison.Ordinal);

    /// <summary>
    /// Reads <c>simulated</c> or <c>simulated:latency=300,tokensPerSecond=80,tokens=140</c>; each option may be left out, in any order.
    /// </summary>
    /// <exception cref="ModelOptionException">The name is another model's, or an option is not valid; the exception names the part.</exception>
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
                : throw Invalid(model, part, "an option is written name=value");
            if (!seen.Add(name))
            {
                throw Invalid(model, part, $"'{name}' is given twice");
            }

            options = name switch
            {
                "latency" => options with { Latency = TimeSpan.FromMilliseconds(Number(model, part, text, 0, 600_000)) },
                "tokensPerSecond" => options with { TokensPerSecond = Number(model, part, text, 0.01, 1_000_000) },
                "tokens" => options with { Tokens = (int)Number(model, part, text, 1, 100_000, whole: true) },
                _ => throw Invalid(
                    model, part, $"there is no option '{name}', only {string.Join(", ", Names)}. {Suggestion.For(name, Names)}".TrimEnd(' ', '.')),
            };
        }

        return options;
    }

    private static double Number(string model, string part, string text, double minimum, double maximum, bool whole = false)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        if (!isNumber || value < minimum || value > maximum || (whole && value != Math.Floor(value)))
        {
            throw Invalid(model, part, FormattableString.Invariant($"it takes a {(whole ? "whole " : "")}number from {minimum} to {maximum}"));
        }

        return value;
    }

    private static ModelOptionException Invalid(string model, string part, string reason) =>
        new(part, $"In the model name '{model}', '{part}' is wrong: {reason}{(reason.EndsWith('?') ? "" : ".")} Example: {Example}");
}

/// <summary>The name of the simulated model has an option that is not valid.</summary>
/// <param name="part">The part that is not valid, as it was written.</param>
public sealed class ModelOptionException(string part, string message) : FormatException(message)
{
    /// <summary>The part of the name that is not valid, as it was written.</summary>
    public string Part { get; } = part;
}
