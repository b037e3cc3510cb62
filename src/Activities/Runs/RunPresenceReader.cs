using System.Text.Json;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Reads of a run's record only whether the run is there: every step looks twice, and the record names each step that an attempt reuses.
/// </summary>
internal static class RunPresenceReader
{
    /// <summary>What the record says; null when it is not a record that this version reads in this way.</summary>
    public static RunPresence? Read(ReadOnlySpan<byte> json, RunIdentity run)
    {
        try
        {
            return Scan(json, run);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RunPresence? Scan(ReadOnlySpan<byte> json, RunIdentity run)
    {
        var reader = new Utf8JsonReader(json);
        var (format, attempt, isThis, isDeleting, hasEnded) = (0, 0, false, false, false);
        var hasStamp = run.Stamp is null;
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("format"u8))
            {
                format = Number(ref reader);
            }
            else if (reader.ValueTextEquals("attempt"u8))
            {
                attempt = Number(ref reader);
            }
            else if (reader.ValueTextEquals("runId"u8))
            {
                isThis = Text(ref reader) && reader.ValueTextEquals(run.RunId);
            }
            else if (reader.ValueTextEquals("stamp"u8))
            {
                hasStamp = Text(ref reader) && run.Stamp is not null && reader.ValueTextEquals(run.Stamp);
            }
            else if (reader.ValueTextEquals("deleting"u8))
            {
                isDeleting = reader.Read() && reader.TokenType == JsonTokenType.True;
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                hasEnded = Text(ref reader) && (reader.ValueTextEquals("completed"u8) || reader.ValueTextEquals("failed"u8)
                    || reader.ValueTextEquals("cancelled"u8) || reader.ValueTextEquals("timedOut"u8));
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.TokenType != JsonTokenType.EndObject || reader.Read() || format != RunRecord.LogFormat || attempt < 1 ? null
            : isDeleting || !isThis || !hasStamp ? new RunPresence(IsGone: true, int.MaxValue)
            : new RunPresence(IsGone: false, hasEnded ? attempt : attempt - 1);
    }

    private static bool Text(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.String;

    private static int Number(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : 0;
}
