using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Workflows.Sources;

/// <summary>Describes errors of the JSON parser for the authors of the text. Thread-safe.</summary>
public static class JsonErrorText
{
    /// <summary>The error as one sentence, without the place.</summary>
    public static string Describe(JsonException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = end < 0 ? exception.Message : exception.Message[..end];
        return message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) ? "The text is empty."
            : message.StartsWith("Expected depth to be zero", StringComparison.Ordinal) ? "The text ends before an object or a list is closed."
            : message;
    }

    /// <summary>The error as one sentence, with line and column (in bytes) if they are known.</summary>
    public static string DescribeWithPlace(JsonException exception)
    {
        var sentence = Describe(exception);
        return exception.LineNumber is { } line && exception.BytePositionInLine is { } column
            ? string.Create(CultureInfo.InvariantCulture, $"{sentence.TrimEnd('.')} (line {line + 1}, column {column + 1}).")
            : sentence;
    }
}
