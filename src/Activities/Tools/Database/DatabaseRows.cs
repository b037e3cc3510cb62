using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Database;

/// <summary>Reads the rows of a query as JSON.</summary>
internal static class DatabaseRows
{
    /// <returns>The rows, and whether there are more than <paramref name="maxRows"/>.</returns>
    /// <exception cref="ToolException">Two columns have the same name, or the rows are too large.</exception>
    public static async Task<(JsonArray Rows, bool Truncated)> ReadAsync(DbDataReader reader, int maxRows, CancellationToken cancellationToken)
    {
        var names = Names(reader);
        var rows = new JsonArray();
        long size = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == maxRows)
            {
                return (rows, true);
            }

            var row = new JsonObject();
            for (var column = 0; column < names.Length; column++)
            {
                var value = Value(reader.GetValue(column));
                size += value is JsonValue text && text.TryGetValue<string>(out var characters) ? characters.Length : sizeof(long);
                row[names[column]] = value;
            }

            if (size > DefinitionLimits.MaxOutputBytes)
            {
                throw new ToolException(
                    ErrorKind.PayloadTooLarge,
                    $"The rows have more than {DefinitionLimits.MaxOutputBytes} characters (10 MiB). Select fewer columns or rows.");
            }

            rows.Add(row);
        }

        return (rows, false);
    }

    private static string[] Names(DbDataReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var column = 0; column < reader.FieldCount; column++)
        {
            var name = reader.GetName(column);
            name = name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"column{column + 1}");
            if (!names.Add(name))
            {
                throw new ToolException(
                    ErrorKind.ToolFailed, $"Two columns of the result are named '{name}'. Give one of them another name with AS.");
            }
        }

        return [.. names];
    }

    private static JsonNode? Value(object value) => value switch
    {
        DBNull => null,
        string text => text,
        bool flag => flag,
        byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => number,
        decimal number => number,
        float number when float.IsFinite(number) => (double)number,
        double number when double.IsFinite(number) => number,
        byte[] bytes => Convert.ToBase64String(bytes),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
