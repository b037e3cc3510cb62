using System.Text;
using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>Reads JSON text into <see cref="SourceNode"/>s. Comments and trailing commas are allowed; a repeated name is an error.</summary>
internal static class JsonSource
{
    /// <summary>The root, or null when the text is no JSON; everything wrong with it goes to <paramref name="diagnostics"/>.</summary>
    /// <param name="utf8">Valid UTF-8 without a byte order mark.</param>
    public static SourceNode? Parse(ReadOnlySpan<byte> utf8, DiagnosticBag diagnostics)
    {
        var lines = new LineIndex(utf8);
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
            // The reader accepts an escape such as \ud800 alone, and cannot make a text of it.
            var (line, column) = lines.Position(utf8, (int)reader.TokenStartIndex);
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, "This is not valid JSON: a text has half of a surrogate pair as an escape.");
            return null;
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + 1;
            var column = lines.Column(utf8, line, (int)(exception.BytePositionInLine ?? 0));
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, $"This is not valid JSON: {JsonMistake.Sentence(exception)}");
            return null;
        }
    }

    private static SourceNode Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, LineIndex lines, DiagnosticBag diagnostics)
    {
        SourceNode? root = null;
        var open = new Stack<(SourceNode Node, HashSet<string>? Names)>();
        SourceMember? member = null;
        var repeated = false;
        while (reader.Read())
        {
            var (line, column) = lines.Position(utf8, (int)reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    member = new SourceMember(reader.GetString()!, line, column, null!);
                    repeated = !open.Peek().Names!.Add(member.Name);
                    if (repeated)
                    {
                        diagnostics.RepeatedName(open.Peek().Node, member.Name, line, column);
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
            else if (!repeated)
            {
                parent.MemberList!.Add(member! with { Value = node });
            }

            member = null;
            repeated = false;
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
