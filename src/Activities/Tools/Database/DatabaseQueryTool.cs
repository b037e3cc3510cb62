using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tools.Database;

/// <summary>Queries a database that the host has configured. Values reach it as parameters only. Thread-safe.</summary>
internal sealed partial class DatabaseQueryTool(DatabaseConnections connections) : ITool
{
    private const int DefaultMaxRows = 1_000;
    private const string PlaceholderAdvice = "Write @name in the SQL and give the value in 'parameters'.";

    public string Name => "database_query";

    public string Description => "Runs SQL with parameters on a database that the host has configured, and gives the rows.";

    public JsonObject InputSchema { get; } = ToolSchema.Parse($$"""
        {
          "type": "object",
          "properties": {
            "connection": { "type": "string", "description": "The name of the configured database." },
            "sql": {
              "type": "string",
              "x-placeholders": "refused",
              "description": "The SQL: values are written @name and given in 'parameters', never placed into the text."
            },
            "parameters": {
              "type": "object",
              "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
              "description": "The values by name, without the @."
            },
            "maxRows": {
              "type": "integer", "minimum": 1, "maximum": 10000, "description": "The most rows that are given.", "default": {{DefaultMaxRows}}
            }
          },
          "required": ["connection", "sql"],
          "additionalProperties": false
        }
        """);

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex ParameterName { get; }

    public async Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = call.Input.Text("connection")!;
        var connection = connections.Find(name) ?? throw UnknownConnection(name);
        if (call.Input.Text("sql")!.Contains("{{", StringComparison.Ordinal))
        {
            throw Invalid($"'sql' has a placeholder, which would make data a part of the SQL. {PlaceholderAdvice}");
        }

        try
        {
            return await QueryAsync(connection, call.Input, cancellationToken);
        }
        catch (Exception exception) when (IsCancellation(exception, cancellationToken))
        {
            // Many providers report a cancelled command as one that failed.
            throw new OperationCanceledException("The query was cancelled.", exception, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new ToolException(ErrorKind.Timeout, $"The database '{name}' did not answer in time.", exception);
        }
        catch (DbException exception) when (exception.IsTransient)
        {
            throw new ToolException(ErrorKind.Unavailable, $"The database '{name}' is not available: {Reason(exception)}", exception);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new ToolException(ErrorKind.ToolFailed, $"The query on '{name}' failed: {Reason(exception)}", exception);
        }
    }

    private static bool IsCancellation(Exception exception, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && exception is DbException or InvalidOperationException or TimeoutException;

    private static async Task<JsonNode> QueryAsync(DatabaseConnection settings, JsonObject input, CancellationToken cancellationToken)
    {
        await using var connection = await settings.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandTimeout = settings.CommandTimeout;
#pragma warning disable CA2100 // The SQL is the definition's own: placeholders in it are refused, values are parameters.
        command.CommandText = input.Text("sql");
#pragma warning restore CA2100
        foreach (var (name, value) in input["parameters"] as JsonObject ?? [])
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = ParameterName.IsMatch(name)
                ? "@" + name
                : throw Invalid($"'{name}' cannot be the name of a parameter. Use letters, digits and '_'.");
            parameter.Value = Value(value);
            command.Parameters.Add(parameter);
        }

        var output = new JsonObject();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var (rows, truncated) = await DatabaseRows.ReadAsync(reader, input.Integer("maxRows") ?? DefaultMaxRows, cancellationToken);
            output["rowCount"] = reader.FieldCount == 0 ? Math.Max(0, reader.RecordsAffected) : rows.Count;
            output["rows"] = rows;
            output["truncated"] = truncated;
        }

        // Explicit, because providers differ in what disposing an open transaction does.
        await (settings.AllowWrites ? transaction.CommitAsync(cancellationToken) : transaction.RollbackAsync(CancellationToken.None));
        return output;
    }

    private static object Value(JsonNode? value) => value?.GetValueKind() switch
    {
        null => DBNull.Value,
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => Number(value.ToJsonString()),
    };

    private static object Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact
        : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Reason(Exception exception) => exception.Message.TrimEnd('.') + ".";

    private ToolException UnknownConnection(string name)
    {
        var known = connections.Names;
        var advice = known.Count == 0 ? "The host has configured none." : Suggestion.ForOrAll(name, known);
        return Invalid($"There is no database connection '{name}'. {advice}");
    }

    private static ToolException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
