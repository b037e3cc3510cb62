using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Functions;

/// <summary>Reads the settings of the app, and refuses unknown ones: a misspelt setting must not be ignored silently. Thread-safe.</summary>
public static class OrchestratorSettings
{
    private const string Section = "Orchestrator";

    /// <summary>Settings of the section that are read elsewhere: the prices, and the place of contents.</summary>
    private static readonly string[] OtherSettings = ["Prices", "Storage", "Container", "State"];

    private static readonly PropertyInfo[] Properties = typeof(OrchestratorOptions).GetProperties();

    /// <param name="hostOptions">
    /// Settings for which the host has command-line options and which it does not read: the option by the setting's name. Null for none.
    /// </param>
    /// <exception cref="ValidationException">
    /// Settings are out of range, unreadable or misspelt; the message names every one, with the setting that was probably meant.
    /// </exception>
    public static OrchestratorOptions Read(IConfiguration configuration, IReadOnlyDictionary<string, string>? hostOptions = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (options, section, mistakes) = (new OrchestratorOptions(), configuration.GetSection(Section), new List<string>());
        foreach (var property in Properties)
        {
            if (section[property.Name] is not { } text || (string.IsNullOrWhiteSpace(text) && property.PropertyType != typeof(string)))
            {
                continue;
            }

            try
            {
                property.SetValue(options, section.GetValue(property.PropertyType, property.Name));
            }
            catch (InvalidOperationException)
            {
                var takes = property.GetCustomAttribute<RangeAttribute>()?.ErrorMessage ?? $"{Section}:{property.Name} is true or false.";
                mistakes.Add($"{takes} It is '{section[property.Name]}'.");
            }
        }

        var names = Properties.Select(property => property.Name).Concat(OtherSettings).ToList();
        mistakes.AddRange(section.GetChildren()
            .Where(setting => !names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"The setting {Section}:{setting.Key} has no meaning. {Suggestion.ForOrAll(setting.Key, names)}"));
        mistakes.AddRange((hostOptions ?? new Dictionary<string, string>()).Where(option => section[option.Key] is not null)
            .Select(option => $"The setting {Section}:{option.Key} is one of the Functions host and has no meaning here: use {option.Value}."));
        mistakes.AddRange(configuration.GetChildren().Select(setting => Misspelt(setting.Key, names, hostOptions)).OfType<string>());
        if (mistakes.Count == 0)
        {
            var findings = new List<ValidationResult>();
            _ = Validator.TryValidateObject(options, new ValidationContext(options), findings, validateAllProperties: true);
            mistakes.AddRange(findings.Select(finding => finding.ErrorMessage!));
        }

        return mistakes.Count == 0 ? options : throw new ValidationException(string.Join(' ', mistakes));
    }

    /// <summary>
    /// The message for a setting outside the section that is one of its settings with another separator (<c>ORCHESTRATOR_RETAINDAYS</c>), or
    /// the section misspelt; null for every other setting.
    /// </summary>
    private static string? Misspelt(string name, List<string> names, IReadOnlyDictionary<string, string>? hostOptions)
    {
        if (!name.Equals(Section, StringComparison.OrdinalIgnoreCase) && !name.Contains('_', StringComparison.Ordinal)
            && Suggestion.IsClose(name, Section))
        {
            return $"'{name}' is set, which means nothing here: {Section} is probably meant. Rename it, or clear it.";
        }

        return names.Find(setting => Normalize(name) == Normalize(Section + setting)) is not { } meant ? null
            : hostOptions?.GetValueOrDefault(meant) is { } option ? $"'{name}' is set, which means nothing here: use {option}, and clear it."
            : $"'{name}' is set, which means nothing here: {Section}__{meant} is probably meant. Rename it, or clear it.";
    }

    private static string Normalize(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
