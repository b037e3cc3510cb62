using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>Parses JSON into <see cref="SourceNode"/>s. Comments and trailing commas are allowed; a duplicate name is an error.</summary>
internal static class JsonSource
{
    /// <summary>The root; null when the text is not JSON. All errors are added to <paramref name="diagnostics"/>.</summary>
    /// <param name="utf8">Valid UTF-8 without a byte order mark.</param>
    public static SourceNode? Parse(ReadOnlySpan<byte> utf8, DiagnosticBag diagnostics)
    {
        var lines = new Utf8LineIndex(utf8);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = DefinitionLimits.MaxNesting,
        });
        try
        {
            return Read(ref reader, utf8, lines, diagnostics);
        }
        catch (InvalidOperationException)
        {
            // The reader accepts an unpaired escape such as \ud800 and fails when its text is read.
            var (line, column) = lines.Position(utf8, (int)reader.TokenStartIndex);
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, "This is not valid JSON: a text has the escape of an unpaired surrogate.");
            return null;
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + 1;
            var column = lines.Column(utf8, line, (int)(exception.BytePositionInLine ?? 0));
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, $"This is not valid JSON: {JsonErrorText.Describe(exception)}");
            return null;
        }
    }

    private static SourceNode Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, Utf8LineIndex lines, DiagnosticBag diagnostics)
    {
        SourceNode? root = null;
        var open = new Stack<(SourceNode Node, HashSet<string>? Names)>();
        SourceMember? member = null;
        var isDuplicate = false;
        while (reader.Read())
        {
            var (line, column) = lines.Position(utf8, (int)reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    member = new SourceMember(reader.GetString()!, line, column, null!);
                    isDuplicate = !open.Peek().Names!.Add(member.Name);
                    if (isDuplicate)
                    {
                        open.Peek().Node.ReportDuplicate(member.Name, line, column, diagnostics);
                    }

                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
                default:
                    break;
            }

            var parent = open.Count == 0 ? null : open.Peek().Node;
            var node = Create(ref reader, new SourceLocation(parent, member?.Name, parent?.ItemList?.Count ?? 0, line, column));
            if (parent is null)
            {
                root = node;
            }
            else if (parent.ItemList is { } items)
            {
                items.Add(node);
            }
            else if (!isDuplicate)
            {
                parent.MemberList!.Add(member! with { Value = node });
            }

            member = null;
            isDuplicate = false;
            if (node.Kind is SourceKind.Object or SourceKind.Array)
            {
                open.Push((node, node.Kind == SourceKind.Object ? new HashSet<string>(StringComparer.Ordinal) : null));
            }
        }

        return root!;
    }

    private static SourceNode Create(ref Utf8JsonReader reader, SourceLocation at) => reader.TokenType switch
    {
        JsonTokenType.StartObject => SourceNode.Object(at),
        JsonTokenType.StartArray => SourceNode.Array(at),
        JsonTokenType.String => SourceNode.Scalar(at, SourceKind.String, reader.GetString()!),
        JsonTokenType.Number => SourceNode.Scalar(at, SourceKind.Number, Encoding.UTF8.GetString(reader.ValueSpan)),
        JsonTokenType.True => SourceNode.Scalar(at, SourceKind.Boolean, isTrue: true),
        JsonTokenType.False => SourceNode.Scalar(at, SourceKind.Boolean),
        _ => SourceNode.Scalar(at, SourceKind.Null),
    };
}

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
