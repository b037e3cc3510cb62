using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Preparation;

namespace Orchestrator.Functions;

/// <summary>
/// Reads the Functions host's <c>functionTimeout</c>, which the host does not pass to its worker: from host.json beside the app, or from the setting
/// <c>AzureFunctionsJobHost__functionTimeout</c>, which overrides it.
/// </summary>
internal static class FunctionTimeout
{
    private const string Setting = "functionTimeout";
    private const string Override = $"AzureFunctionsJobHost:{Setting}";

    /// <param name="folder">The folder of host.json, which need not exist.</param>
    /// <returns><see cref="ActivityTimeLimit.None"/> for <c>-1</c>, and when it is not set: the host's default then depends on its plan.</returns>
    /// <exception cref="ValidationException">The value is not a time, or host.json cannot be read.</exception>
    public static ActivityTimeLimit Read(IConfiguration settings, string folder)
    {
        if (settings[Override] is { Length: > 0 } value)
        {
            return Parse(value, "the setting AzureFunctionsJobHost__functionTimeout");
        }

        var path = Path.Combine(folder, "host.json");
        return File.Exists(path) && InFile(path) is { } text ? Parse(text, path) : ActivityTimeLimit.None;
    }

    private static string? InFile(string path)
    {
        try
        {
            using var content = File.OpenRead(path);
            return new ConfigurationBuilder().AddJsonStream(content).Build()[Setting];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            throw new ValidationException($"{path} cannot be read: {(exception.InnerException ?? exception).Message}", exception);
        }
    }

    private static ActivityTimeLimit Parse(string text, string place) =>
        text.Trim() == "-1" ? ActivityTimeLimit.None
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var limit) && limit > TimeSpan.Zero ? new(limit)
        : throw new ValidationException($"functionTimeout is '{text}' in {place}; it must be a time such as 01:00:00, or -1 for no limit.");
}
