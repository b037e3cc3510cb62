using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Workflows.Sources;

/// <summary>What the JSON parser found, in words for those who wrote the text.</summary>
public static class JsonMistake
{
    /// <summary>One sentence without the place.</summary>
    public static string Sentence(JsonException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = end < 0 ? exception.Message : exception.Message[..end];
        return message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) ? "The text is empty."
            : message.StartsWith("Expected depth to be zero", StringComparison.Ordinal) ? "The text ends before an object or a list is closed."
            : message;
    }

    /// <summary>The sentence with line and column, as far as they are known.</summary>
    public static string SentenceWithPlace(JsonException exception)
    {
        var sentence = Sentence(exception);
        return exception.LineNumber is { } line && exception.BytePositionInLine is { } column
            ? string.Create(CultureInfo.InvariantCulture, $"{sentence.TrimEnd('.')} (line {line + 1}, column {column + 1}).")
            : sentence;
    }
}
